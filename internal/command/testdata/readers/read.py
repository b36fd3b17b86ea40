"""Reads a reference file with the public readers of its format and prints what they
found as JSON: a list of objects with the keys of the Go test beside it."""
import json
import sys

path = sys.argv[1]


def ris():
    import rispy

    with open(path, encoding="utf-8") as f:
        for r in rispy.load(f):
            first, last = r.get("start_page", ""), r.get("end_page", "")
            yield {
                "title": r.get("title") or r.get("primary_title", ""),
                "authors": r.get("authors", []),
                "year": r.get("year", "")[:4],
                "journal": r.get("secondary_title", ""),
                "volume": r.get("volume", ""),
                "pages": first + ("-" + last if last else ""),
                "doi": r.get("doi", ""),
                "abstract": r.get("abstract", ""),
                "language": r.get("language", ""),
                "keywords": r.get("keywords", []),
            }


def bib():
    import bibtexparser
    from bibtexparser import middlewares as m

    library = bibtexparser.parse_file(path, append_middleware=[m.LatexDecodingMiddleware()])
    if library.failed_blocks:
        sys.exit("blocks that cannot be read: %r" % [b.raw for b in library.failed_blocks])
    for e in library.entries:
        f = {k: v.value for k, v in e.fields_dict.items()}
        yield {
            "title": f.get("title", "").strip("{}"),
            "authors": [a.strip("{}") for a in f.get("author", "").split(" and ") if a],
            "year": f.get("year", ""),
            "journal": f.get("journal", ""),
            "volume": f.get("volume", ""),
            "pages": f.get("pages", "").replace("--", "-").replace("–", "-"),
            "doi": f.get("doi", ""),
            "abstract": f.get("abstract", ""),
            "language": f.get("language", ""),
            "keywords": [k for k in f.get("keywords", "").split("; ") if k],
        }


def pubmed():
    import nbib

    for r in nbib.read_file(path):
        yield {
            "title": r.get("title", ""),
            "authors": [a["author"] for a in r.get("authors", [])],
            "year": str(r.get("publication_date", ""))[:4],
            "journal": r.get("journal", ""),
            "volume": r.get("journal_volume", ""),
            "pages": r.get("pages", ""),
            "doi": r.get("doi", ""),
            "abstract": r.get("abstract", ""),
            "language": r.get("language", ""),
            "keywords": r.get("keywords", []),
        }


readers = {".ris": ris, ".bib": bib, ".nbib": pubmed}
ending = path[path.rindex("."):]
json.dump(list(readers[ending]()), sys.stdout, ensure_ascii=False)
