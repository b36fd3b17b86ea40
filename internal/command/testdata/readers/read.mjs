// Reads a reference file with Citation.js and prints its items as CSL-JSON.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const [modules, path] = process.argv.slice(2)
const require = createRequire(modules + '/')
const { plugins, Cite } = require('@citation-js/core')
require('@citation-js/plugin-bibtex')
require('@citation-js/plugin-ris')

// Keys that Citation.js does not know make it give up an entry; a reader keeps them.
plugins.config.get('@bibtex').parse.strict = false
process.stdout.write(JSON.stringify(new Cite(readFileSync(path, 'utf8')).data))
