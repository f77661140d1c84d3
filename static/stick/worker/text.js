/* Texts as keikaku/search/ (text, kana) and keikaku/plan/fiscal_year.py read them: keys, tokens, sounds, years. The files of this folder
   make one script, which runs in a worker; `rules` are the patterns, tables and limits of the server (keikaku/search/rules.py). */

const pattern = (text, flags = "") => new RegExp(text, `u${flags}`);
const whole = (text) => pattern(`^(?:${text})$`);
const unique = (values) => [...new Set(values)];

function cached(make) {
  const seen = new Map();
  return (text, option = false) => {
    const key = `${option} ${text}`;
    if (!seen.has(key)) seen.set(key, make(text, option));
    return seen.get(key);
  };
}

// Keys.

const forms = new Map(rules.text.FORMS.match(/../gu).map((pair) => [...pair]));
const withoutWidth = pattern(rules.text.WITHOUT_WIDTH, "g"), number = whole(rules.text.NUMBER);
const joined = pattern(`[^](?:\\p{M}|${rules.text.JOINS_BEFORE})*`, "g"); // a sign with the marks that follow it
const readers = {
  _read: (found) => {
    const value = readNumber(found.trim(), rules.text.LARGE + rules.text.SMALL);
    return Number.isInteger(value) ? String(value) : found;
  },
  _read_year: (found) => found.replace(/./g, (digit) => rules.text.DIGITS[digit]),
  _drop_commas: (found) => found.replaceAll(",", ""),
};
const edits = rules.text.EDITS.map(([found, written]) => [pattern(found, "g"), readers[written] ?? (() => written)]);

const normalise = cached((text) => edits.reduce((key, [found, write]) => key.replace(found, write), fold(text)));

function fold(text) {
  const plain = text.replace(withoutWidth, "").normalize("NFKC").toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ");
  return plain.normalize("NFKC").replace(/\P{ASCII}/gu, (sign) => forms.get(sign) ?? sign);
}

function readNumber(text, units) {
  const unit = [...units].find((unit) => text.includes(unit));
  if (!unit) {
    const digits = rules.text.DIGITS[text] ?? text;
    return number.test(digits) ? Number(digits) : undefined;
  }
  const place = text.indexOf(unit), head = text.slice(0, place), tail = text.slice(place + 1);
  const size = rules.text.SIZES[unit], isSmall = rules.text.SMALL.includes(unit);
  const times = head ? readNumber(head, isSmall ? "" : rules.text.SMALL) : isSmall ? 1 : undefined;
  const rest = tail ? readNumber(tail, units.slice(units.indexOf(unit) + 1)) : 0;
  const value = times * size + rest, nearest = Math.round(value); // 1.1 * 10000 is not quite 11000
  return times && rest < size ? (Math.abs(value - nearest) < 1e-6 ? nearest : value) : undefined;
}

/* For each place in the key of a text, [start, end] in the text that it was made from; undefined where that cannot be told. */
function findPlaces(text, key) {
  const signs = [...text.matchAll(joined)], places = signs.flatMap(({ 0: sign, index }) => Array(fold(sign).length).fill([index, index + sign.length]));
  let folded = signs.map(([sign]) => fold(sign)).join("");
  for (const [found, write] of folded === key ? [] : edits) {
    for (const { 0: old, index } of [...folded.matchAll(found)].reverse()) {
      const place = [places[index][0], places[index + old.length - 1][1]];
      places.splice(index, old.length, ...Array(write(old).length).fill(place));
    }
    folded = folded.replace(found, write);
  }
  return folded === key ? places : undefined;
}

// Tokens.

const run = pattern(rules.text.RUN, "g"), letters = whole(rules.text.LETTERS);
const runs = (text) => normalise(text).match(run) ?? [];
const isLetters = (run) => letters.test(run);
const isDigits = (run) => /^\p{Nd}+$/u.test(run);

function tokens(cut) {
  return cut.flatMap((run, i) => {
    const signs = [...run];
    if (!isLetters(run)) return [run];
    const first = i && isDigits(cut[i - 1]) && signs.length > 1 ? [signs[0]] : [];
    return [...first, ...signs.map((sign, j) => sign + (signs[j + 1] ?? ""))];
  });
}

/* The FTS5 phrase that finds a text. `begins`: its last Latin word may go on. */
const phrase = cached((text, begins) => {
  const cut = runs(text);
  if (!cut.length) return "";
  const found = tokens(cut), last = cut.at(-1), isPair = isLetters(last) && [...last].length > 1;
  if (isPair) found.pop();
  const alone = isLetters(last) && !isPair && !(cut.length > 1 && isDigits(cut.at(-2)));
  return `"${found.join(" ")}"` + (alone || (begins && !isLetters(last) && !isDigits(last)) ? " *" : "");
});

/* The pattern that finds in a key what `phrase` finds in the index. */
const needle = cached((text, begins) => {
  const cut = runs(text);
  const parts = cut.map((run) => {
    const kind = isDigits(run) ? "[0-9]" : `[${rules.text.LATIN}]`;
    return isLetters(run) ? run : `(?<!${kind})${run}` + (begins && run === cut.at(-1) ? "" : `(?!${kind})`);
  });
  return pattern(parts.join("[^\\p{L}\\p{N}]*"), "g");
});

/* A token that no text can make, for a text as a whole: its CRC-32. */
function hashed(kind, text) {
  let crc = ~0;
  for (const byte of new TextEncoder().encode(runs(text).join(""))) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return kind + (~crc >>> 0).toString(16).padStart(8, "0");
}

// Kana.

const { SOUNDS, SOUNDED, LONG, KANA, SPELT } = rules.kana;
const sounded = pattern(SOUNDED, "gs"), long = pattern(LONG, "g"), spelt = pattern(SPELT, "g");
const shifted = (text, signs, by) => text.replace(signs, (sign) => String.fromCharCode(sign.charCodeAt() + by));
const toHiragana = (text) => shifted(text, /[ァ-ヶ]/g, -0x60);
const toKatakana = (text) => shifted(text, /[ぁ-ゖ]/g, 0x60);
const isKana = (text) => /^[ぁ-ゖァ-ヺー]+$/.test(text);
const hasKanji = (text) => /[々一-鿿]/.test(text);
const sound = cached((kana) => toHiragana(kana.normalize("NFKC")).replace(sounded, (sign) => SOUNDS[sign] ?? "").replace(long, "$1$2$3$4$5"));

function romajiToKana(text) {
  const roman = text.toLowerCase().normalize("NFD").replace(/(?<=[aiueo])[\u0302\u0304]/g, "ー").replaceAll("tch", "cch")
    .replace(/m(?=[bpm])/g, "n").replace(/oh(?=[^aiueoy]|$)/g, "oー").replaceAll("-", "ー");
  const kana = /^[a-z][a-z'ー]*$/.test(roman) ? roman.replace(spelt, (sign) => KANA[sign] ?? "っ") : "";
  return isKana(kana) ? kana : null;
}

// Fiscal years.

const { ERAS, FIRST_YEAR, LAST_YEAR, SEPARATOR, YEAR } = rules.fiscal_year;
const separator = pattern(`(${SEPARATOR})`), oneYear = whole(YEAR), aboutYear = pattern(rules.query.ABOUT_YEAR, "g");

function nameYear(year) {
  const era = ERAS.findLast((era) => era.first_year <= year), counted = year - era.first_year + 1;
  return { long: `${era.name}${counted === 1 ? "元" : counted}年度`, short: `${era.letter}${counted}` };
}

function readFiscalYears(text) {
  const parts = text.replaceAll("〜", "~").replace(/(?<![0-9\s])\s+|\s+(?![0-9\s])/g, "").toUpperCase().split(separator), years = [];
  for (let i = 0, era; i < parts.length; i += 2) {
    const { era: name, number } = oneYear.exec(parts[i])?.groups ?? {};
    if (!number) return [];
    if (name) era = ERAS.find((era) => [era.name, era.letter].includes(name.replace(/\s/g, "")));
    else if (number.length === 4) era = undefined;
    const counted = number === "元" ? 1 : Number(number), year = era ? era.first_year + counted - 1 : counted;
    if (era ? number.length > 2 || counted < 1 || counted > era.years : year < FIRST_YEAR || year > LAST_YEAR) return [];
    const from = i && "~-".includes(parts[i - 1]) ? years.at(-1) + 1 : year;
    if (from > year + 1) return [];
    for (let each = from; each <= year; each++) years.push(each);
  }
  return unique(years);
}

function readYears(key) {
  const full = key.replace(aboutYear, "").replace(/^(令|平|昭)(?=[0-9元])/, (era) => rules.query.ERA[era]);
  return /^(?:令和|平成|昭和|[rhs](?=[0-9元])|[0-9]{4}(?![0-9]))/.test(full) ? readFiscalYears(full) : [];
}
