// Suggestions while a query is typed: the words of the index that go on from the one at
// the cursor, in a list below the search box (the combobox pattern of ARIA 1.2). The
// rest of the query stays as it is. Without this file the box is a plain one.

const pause = 150; // ms without a key before the index is asked
const shown = 8;

// What a query is made of, as package strategy reads it: phrases in quotation marks of
// any style, parentheses, and words. Fields of names are not completed: the vocabulary
// is that of titles and keywords.
const quotes = "\"“”„‟«»＂〝〞「」『』";
const closing = { "“": "”", "„": "“", "‟": "”", "«": "»", "»": "«", "〝": "〞", "「": "」", "『": "』" };
const token = new RegExp(`[${quotes}][^${quotes}]*[${quotes}]?|[()（）]|[^\\s()（）${quotes}]+`, "g");
const fieldName = /^(?:(ti|title|ab|abstract|kw|keyword)|au|author|jo|journal):/i;
const operators = [/^(?:AND|OR|NOT|(?:NEAR|ADJ)\d*)$/, /^(?:NEAR|ADJ|W|PRE)\/\d*$/i];
const letter = "[\\p{L}\\p{M}\\p{N}'’ʼ\\u200c\\u200d-]";
const before = new RegExp(`${letter}*$`, "u");
const after = new RegExp(`^${letter}*`, "u");
const bare = new RegExp(`^${letter}+$`, "u");
// Scripts that leave no space between words: what follows the cursor is another word.
const unspaced = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u;

/**
 * typed finds what is being typed with the cursor at a place of a query: where it may
 * begin, the most likely place first, where it ends, whether it stands in quotation
 * marks, and the mark that is missing behind it. It is null where nothing is to be
 * completed: between words, in an operator, a truncated word, or a name.
 */
export function typed(text, at) {
  const around = [false]; // for each open parenthesis: whether names stand in it
  let names = false;
  for (const { 0: part, index } of text.matchAll(token)) {
    if (index >= at) return null;
    const field = part.match(fieldName);
    if (field) names = !field[1];
    const quoted = quotes.includes(part[0]);
    const closed = quoted && part.length > 1 && quotes.includes(part.at(-1));
    const from = index + (quoted ? 1 : field ? field[0].length : 0);
    if (at <= index + part.length - (closed ? 1 : 0)) {
      return names || at < from ? null : word(text, from, at, part, quoted, closed);
    }
    if (part === "(" || part === "（") around.push(names);
    if (part === ")" || part === "）") around.pop();
    if (!field || part.length > field[0].length) names = around.at(-1) ?? false;
  }
  return null;
}

function word(text, from, at, part, quoted, closed) {
  const rest = text.slice(at);
  const end = at + (unspaced.test(rest) ? 0 : rest.match(after)[0].length);
  const run = at - text.slice(from, at).match(before)[0].length;
  const cut = (c) => c === "*" || c === "?";
  if (run === at || cut(text[run - 1]) || cut(text[end])) return null;
  if (operators.some((o) => o.test(part))) return null;

  const starts = [run];
  if (quoted && !/[*?]/.test(text.slice(from, run))) starts.unshift(from + text.slice(from, at).search(/\S/));
  // A run of letters in a script without spaces ends in the word being typed.
  const last = globalThis.Intl?.Segmenter && [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(text.slice(run, at))].at(-1);
  if (last && unspaced.test(last.segment)) starts.push(run + last.index);
  const missing = quoted && !closed && text.slice(end).trim() === "" ? closing[part[0]] ?? part[0] : "";
  return { starts: [...new Set(starts)], end, quoted, missing };
}

/**
 * written is a word or phrase of the index as it stands in the query: several words are
 * a phrase, in quotation marks. It is empty for what the syntax cannot say as it is.
 */
function written(words, quoted) {
  if (/[*?]/.test(words) || [...quotes].some((q) => words.includes(q))) return "";
  return quoted || bare.test(words) ? words : `"${words}"`;
}

// weight says how many studies have what is suggested, and in how many languages its
// meaning is looked for.
function weight({ studies, languages }) {
  const found = studies === 1 ? "1 study" : `${studies.toLocaleString("en")} studies`;
  return languages > 1 ? `searched in ${languages} languages · ${found}` : found;
}

function element(name, attributes, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children);
  return e;
}

function combobox(box) {
  const list = element("ul", { id: "suggestions", role: "listbox", "aria-label": "Suggestions" });
  const popup = element("div", { class: "suggest", hidden: "" }, list,
    element("p", { class: "sub", dir: "ltr", "aria-hidden": "true" }, "How many studies have it in their title or keywords"));
  const status = element("p", { class: "hide", role: "status" });
  box.after(popup);
  box.form.append(status);
  // A search field may not have the role, a text field may.
  box.type = "text";
  const roles = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false", autocapitalize: "none" };
  for (const [key, value] of Object.entries(roles)) box.setAttribute(key, value);

  let options = []; // of the list: {label, insert, studies, languages, from, end}
  let query = ""; // what they go on from
  let active = -1;
  let timer, request;

  // Until the next answer the list is that of what was typed before.
  const fresh = () => !popup.hidden && box.value === query;

  function close() {
    clearTimeout(timer);
    request?.abort();
    options = [];
    popup.hidden = true;
    status.textContent = "";
    box.setAttribute("aria-expanded", "false");
    activate(-1);
    list.replaceChildren();
  }

  function activate(i) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = i;
    const item = list.children[i];
    if (!item) return box.removeAttribute("aria-activedescendant");
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", item.id);
  }

  function open(found, text) {
    activate(-1);
    options = found;
    query = text;
    list.replaceChildren(...found.map((o, i) => element("li", { id: `suggestion-${i}`, role: "option", "aria-selected": "false" },
      element("bdi", {}, o.label),
      element("span", { class: "n", dir: "ltr" }, element("span", { class: "hide" }, ", "), weight(o)))));
    // Words of a script that runs from the right stand below those that were typed.
    list.dir = getComputedStyle(box).direction;
    popup.hidden = false;
    list.scrollTop = 0;
    box.setAttribute("aria-expanded", "true");
    status.textContent = found.length === 1 ? "1 suggestion" : `${found.length} suggestions`;
  }

  function later() {
    clearTimeout(timer);
    request?.abort();
    activate(-1);
    timer = setTimeout(suggest, pause);
  }

  async function suggest() {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    const text = box.value;
    const piece = box.selectionStart === box.selectionEnd && typed(text, box.selectionStart);
    if (!piece) return close();
    try {
      for (const from of piece.starts) {
        const found = await complete(text.slice(from, box.selectionStart), signal);
        const offered = choices(found, piece, from, text);
        if (offered.length > 0) return open(offered, text);
      }
      close();
    } catch {
      // Nobody waits for a suggestion: one that does not come is none.
      if (!signal.aborted) close();
    }
  }

  function choose(o) {
    const stale = !fresh();
    close();
    if (stale) return;
    box.focus();
    box.setSelectionRange(o.from, o.end);
    // The one way to write that can be undone by the reader.
    if (!document.execCommand("insertText", false, o.insert)) box.setRangeText(o.insert, o.from, o.end, "end");
    close(); // the change was ours
  }

  function move(step) {
    const n = options.length;
    // Behind the last comes none, which is what was typed, and then the first.
    activate((active + 1 + step + n + 1) % (n + 1) - 1);
  }

  box.addEventListener("input", (e) => {
    // While an input method composes, what stands there is not yet what is meant.
    if (!e.isComposing) later();
  });
  box.addEventListener("compositionstart", close);
  box.addEventListener("compositionend", later);

  box.addEventListener("keydown", (e) => {
    if (e.isComposing || e.keyCode === 229 || e.ctrlKey || e.metaKey || e.shiftKey) return;
    switch (e.key) {
      case "ArrowDown":
        if (!fresh()) suggest();
        else if (!e.altKey) move(1);
        break;
      case "ArrowUp":
        if (!fresh()) return;
        if (e.altKey) close();
        else move(-1);
        break;
      case "Enter":
        if (active < 0) return close();
        choose(options[active]);
        break;
      case "Escape":
        if (popup.hidden) return;
        close();
        break;
      case "ArrowLeft": case "ArrowRight": case "Home": case "End": case "Tab":
        return close();
      default:
        return;
    }
    e.preventDefault();
  });

  // The box keeps the focus, so that its keyboard stays on a telephone.
  popup.addEventListener("mousedown", (e) => e.preventDefault());
  list.addEventListener("click", (e) => {
    const i = [...list.children].indexOf(e.target.closest("[role=option]"));
    if (i >= 0) choose(options[i]);
  });
  box.addEventListener("pointerdown", close);
  box.addEventListener("blur", close);
  box.form.addEventListener("submit", close);
}

async function complete(prefix, signal) {
  const answer = await fetch("/suggest?q=" + encodeURIComponent(prefix), { signal });
  return answer.ok ? answer.json() : [];
}

// choices are what the index found, as it would stand in the query, without what stands
// there already.
function choices(found, piece, from, text) {
  const out = [];
  for (const { text: words, studies, languages } of found) {
    const label = written(words, piece.quoted);
    if (label && label !== text.slice(from, piece.end).toLowerCase()) {
      out.push({ label, insert: label + piece.missing, studies, languages, from, end: piece.end });
    }
  }
  return out.slice(0, shown);
}

const box = document.getElementById("q");
if (box) combobox(box);
