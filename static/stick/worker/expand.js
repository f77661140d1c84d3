/* A word -> every way in which it is searched, the best first, as keikaku/search/ finds them (lexicon, expand). */

const limits = rules.expand;
let searched = []; // what is searched is limited to these
const exists = (match) => execute(rules.results.SQL.exists, [and([match, ...searched])]).length > 0;
const named = (...tokens) => `names : ${tokens.length > 1 ? `(${tokens.map((token) => `"${token}"`).join(" OR ")})` : `"${tokens[0]}"`}`;

// Words of the database: how each is written, read and replaced; what queries may name.

/* Finds the values of a key among pairs of keys and values. */
function index(pairs) {
  const found = Map.groupBy(pairs, ([key]) => key);
  return (key) => (found.get(key) ?? []).map(([, value]) => value);
}

function readLexicon() {
  const { WORDS, SYNONYMS, PLANS, PREFIXES, SEVERAL_WORDS, PLACE, MAX_GROUPS } = rules.lexicon;
  const words = execute(WORDS).map(([surface, reading, lemma, documents]) => {
    const key = normalise(surface);
    return { key, reading, sound: sound(reading ?? ""), lemma: lemma ? normalise(lemma) : key, documents };
  });
  const read = words.filter((word) => word.reading);
  const spelt = words.flatMap((word) => unique([word.key, word.lemma]).map((text) => [text, word]))
    .filter(([text]) => hasKanji(text) && !pattern(SEVERAL_WORDS).test(text));
  const synonyms = execute(SYNONYMS).map(([group, word, role]) => [group, normalise(word), role]);
  const groups = index(synonyms), groupsOf = index(synonyms.filter(([, , role]) => role === "word").map(([group, word]) => [word, group]));
  const plans = execute(PLANS).map(([plan, title, city, name]) => ({ plan, title: normalise(title), city, name: normalise(name) }));
  const cities = plans.flatMap(({ city, name }) => unique([name, name.replace(pattern(PLACE), "")]).map((place) => [place, city]));
  const series = plans.filter(({ title, name }) => title !== name && title.startsWith(name)).map(({ title, name }) => title.slice(name.length));
  const questions = rules.questions.QUESTIONS.filter(({ source }) => execute(`SELECT 1 FROM ${source} LIMIT 1`).length);
  return {
    byKey: index(words.map((word) => [word.key, word])), byLemma: index(words.map((word) => [word.lemma, word])),
    bySound: index(read.map((word) => [word.sound, word])), bySounds: [...read].sort((a, b) => (a.sound < b.sound ? -1 : Number(a.sound > b.sound))),
    byKanji: index(spelt.map(([text, word]) => [text.replace(/[ぁ-ゖ]+/g, ""), word])), byFirst: index(spelt.map(([text, word]) => [[...text][0], word])),
    synonyms: (key) => unique(groupsOf(key).slice(0, MAX_GROUPS).flatMap(groups)).filter((other) => other !== key),
    cities: index(cities), prefixes: unique(execute(PREFIXES).map(([prefix]) => prefix)),
    places: index([...cities.map(([place, city]) => [place, hashed("0m", city)]), ...plans.map(({ plan, title }) => [title, hashed("0p", plan)]),
      ...series.map((title) => [title, hashed("0n", title)])]),
    questions: new Map(questions.flatMap((question) => question.words.map((word) => [word, question]))),
  };
}

/* Words read exactly so, or else those that sound so. */
function readAs(kana) {
  const words = lexicon.bySound(sound(kana)), same = words.filter((word) => word.reading === kana);
  return same.length ? same : words;
}

const readFrom = (kana, begin = sound(kana)) => (begin ? lexicon.bySounds.filter((word) => word.sound.startsWith(begin)) : []);

/* Other spellings of a word or, if not `isWhole`, of a part of one: by its common form, its kanji, or its reading. */
const siblings = cached((piece, isWhole) => {
  const found = [...lexicon.byKey(piece).flatMap((word) => lexicon.byLemma(word.lemma)), ...lexicon.byLemma(piece)];
  const isLong = [...piece].length > (isKana(piece) ? 2 : 1), kana = toHiragana(piece);
  if (isKana(piece)) found.push(...(isLong && !isWhole ? readAs(kana).filter((word) => word.reading === kana) : []));
  else if (!/[ぁ-ゖ]/.test(piece)) found.push(...(isLong || !isWhole ? lexicon.byKanji(piece) : []));
  else if (hasKanji(piece)) found.push(...sameKanji(piece));
  return unique(found.map((word) => word.key)).filter((key) => key !== piece);
});

/* Words with the kanji of a piece in its order, read as its kana say. */
function sameKanji(piece) {
  const parts = piece.match(pattern(rules.lexicon.PARTS, "g")), escaped = (part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const kanji = pattern(parts.filter((part) => !isKana(part)).map(escaped).join(".*"));
  const heard = whole(parts.map((part) => (isKana(part) ? toHiragana(part) : ".+")).join(""));
  const begun = parts[0].length > 1 ? readFrom(toHiragana(parts[0])) : [];
  const fits = (word) => [word.key, word.lemma].some((text) => kanji.test(text)) && heard.test(word.reading);
  return (isKana(parts[0]) ? begun : lexicon.byFirst(parts[0])).filter(fits);
}

// Ways to search a word.

const way = (text, match = phrase(text), kind = {}) => ({ text, match, ...kind });
const waysOf = (term, level = 3) => [term.literal, term.variants, term.synonyms].slice(0, level).flat();
const isFound = (term) => waysOf(term).length > 0;
const wordOf = (text) => ({ text, key: normalise(text), years: [] });
const termOf = (word) => ({ word, literal: [], variants: [], synonyms: [], parts: [] });

function expand(word) {
  const term = termOf(word), key = [...word.key].slice(0, limits.LONGEST).join("");
  if (word.years.length) return expandYears(term);
  const codes = word.code ? [way(word.code, named(runs(word.code).join("")), { whole: true })] : [];
  term.literal = existing([...codes, way(word.key)], 2);
  if (word.exact) return term;
  const others = unique(spellings(key, term.literal.length > 0).slice(0, limits.MAX_SPELLINGS));
  const begun = /^[a-z]{3,}$/.test(word.key) ? [way(word.key, phrase(word.key, true), { begins: true })] : [];
  term.variants = existing([...begun, ...others.map((text) => way(text))], limits.MAX_VARIANTS, [word.key]);
  term.synonyms = existing(synonyms(key, others).map((text) => way(text)), limits.MAX_SYNONYMS, [word.key, ...term.variants.map((way) => way.text)]);
  return term;
}

function expandYears(term) {
  for (const year of term.word.years) {
    const { long, short } = nameYear(year), texts = [long.replace(/度$/, ""), short, String(year)];
    term.literal.push(...existing([way(long, named(`fy${year}`), { whole: true })], 1));
    term.variants.push(...existing([way(long, `"fy${year}"`), ...texts.map((text) => way(normalise(text)))], 4));
  }
  return term;
}

/* The first ways that find something of their own: none that holds a word already known. */
function existing(ways, most, known = []) {
  const isNew = (way) => way.match && (way.begins || !known.some((text) => way.text.includes(text)));
  return ways.filter(isNew).slice(0, limits.MAX_TRIED).filter((way) => exists(way.match)).slice(0, most);
}

/* Other ways to write a word, the nearest first; with repetitions. */
function spellings(key, isKnown) {
  const katakana = !/[ァ-ヺ]/.test(key) ? [] : [toHiragana(key), ...(key.endsWith("ー") ? [key.replace(/ー+$/, "")] : [])];
  const kana = isKana(key) ? toHiragana(key) : whole(limits.ROMAJI).test(key) ? romajiToKana(key) : null;
  const written = unique(kana ? writtenAs(kana, isKnown) : respelt(key)), near = written.slice(0, kana ? 4 : 6).flatMap(respelt);
  const heard = kana ? [kana, toKatakana(kana)] : [], plain = (kana ?? key).replace(pattern(limits.PREFIX), "");
  const bare = plain === (kana ?? key) ? [] : kana ? writtenAs(plain, true) : [plain, ...respelt(plain)];
  return [...katakana, ...heard, ...written, ...near, ...bare];
}

/* The words that are read as a word in kana, put together from as few as possible; else those that begin so. */
function writtenAs(kana, isKnown) {
  const cuts = segment(kana), lemmas = unique(readAs(kana).map((word) => word.lemma));
  const begun = cuts.length || isKnown || kana.length < 2 ? [] : readFrom(kana).sort(byRank).slice(0, 8);
  const longer = (texts, words) => texts.flatMap((text) => words.map((word) => text + word)).slice(0, limits.MAX_VARIANTS);
  return [...cuts.flatMap((parts) => parts.reduce(longer, [""])), ...lemmas.flatMap(lexicon.byLemma).map((word) => word.key),
    ...begun.filter((word) => word.reading.startsWith(kana)).map((word) => word.key)];
}

const byRank = (a, b) => b.documents - a.documents || (a.key < b.key ? -1 : Number(a.key > b.key));

/* The shortest ways to cut a reading into readings of words: for each, the words of each part. */
function segment(kana) {
  const ways = { [kana.length]: [[]] };
  for (let start = kana.length - 1; start >= 0; start--) {
    const found = [];
    for (let end = start + 1; end <= kana.length; end++) {
      const part = kana.slice(start, end), words = ways[end] ? unique([...readAs(part)].sort(byRank).map((word) => word.key)).slice(0, 6) : [];
      const written = words.length ? words : limits.PARTICLES.includes(part) ? [part] : null;
      if (written && ways[end]) found.push(...ways[end].map((rest) => [written, ...rest]));
    }
    const least = Math.min(...found.map((way) => way.length));
    if (found.length) ways[start] = found.filter((way) => way.length === least).slice(0, 4);
  }
  return ways[0] ?? [];
}

/* A word with one of its parts replaced by others, parts further left and longer ones first. */
function replaced(key, longest, others) {
  const signs = [...key], part = (start, end) => signs.slice(start, end).join(""), texts = [];
  for (let start = 0; start < signs.length; start++) {
    for (let end = Math.min(signs.length, start + longest); end > start; end--) {
      texts.push(...others(part(start, end)).map((other) => part(0, start) + other + part(end)));
    }
  }
  return texts;
}

const respelt = (key) => replaced(key, limits.PIECE, (piece) => siblings(piece, piece === key));

/* Words that mean the same as a word, or as a part of it put in its place, each in all its spellings. */
function synonyms(key, others) {
  const meaning = (piece) => lexicon.synonyms(piece).flatMap((other) => [other, ...siblings(other, true)]);
  return [...replaced(key, [...key].length, meaning), ...others.flatMap(meaning)];
}

/* Search a word that stands nowhere as the words that it is made of. */
function takeApart(term) {
  const parts = split([...term.word.key]), phrases = parts.map((part) => phrase(part));
  const match = parts.length === 2 ? `NEAR(${phrases.join(" ")}, ${limits.NEAR})` : `(${phrases.join(" AND ")})`;
  if (parts.length) Object.assign(term, { parts, synonyms: existing([way(parts.join("・"), match)], 1) });
}

/* The words of documents that make up a key, the longest first, hiragana between them left out; none if some is unknown. */
function split(signs) {
  const parts = [], isKnown = (text, length) => lexicon.byKey(text).some((word) => word.documents && (word.lemma === word.key || length > 2));
  for (let start = isKana(signs.join("")) ? signs.length : 0, end; start < signs.length; start = end) {
    for (end = signs.length; end > start + 1; end--) if (isKnown(signs.slice(start, end).join(""), end - start)) break;
    if (end > start + 1) parts.push(signs.slice(start, end).join(""));
    else if (signs[start] < "ぁ" || signs[start] > "ん") return [];
  }
  return parts;
}
