/* A query -> FTS5 expressions, the best hits first, as keikaku/search/ writes them (query, questions, reading, telling, matching). */

// The words of a query.

const { ASKING, BETWEEN, ENDS, SAYS_NOTHING, CODE, WORD, MAX_LENGTH, MAX_WORDS } = { ...rules.questions, ...rules.query };
const asking = pattern(ASKING), between = pattern(BETWEEN), ends = ENDS.map((end) => pattern(end));
const oneCode = whole(CODE), word = pattern(WORD, "g");
const plainQuery = (text) => text.replace(/[\x00-\x1f\x7f]/g, " ").replace(/[＂“”„‟〝〞〟]/g, '"');

/* With text, key, excluded, exact, years and code. */
function readQuery(typed) {
  const text = plainQuery([...typed].slice(0, MAX_LENGTH).join("")), code = readCode(text);
  if (code && !text.includes('"')) return [{ text: text.trim().split(/\s+/).join(" "), key: normalise(code), years: [], code }];
  const words = [...text.matchAll(word)].map(({ groups: { minus, phrase, word } }) => {
    const exact = phrase !== undefined, text = (phrase ?? word).trim(), key = normalise(text);
    return { text, key, excluded: Boolean(minus), exact, years: exact ? [] : readYears(key), code: exact ? null : readCode(text) };
  });
  return words.filter(({ key }) => runs(key).length);
}

function readCode(text) {
  const [, letters, digits] = oneCode.exec(normalise(text).trim()) ?? [];
  const prefix = letters && lexicon.prefixes.find((prefix) => normalise(prefix) === letters);
  return prefix ? `${prefix}-${Number(digits)}` : null;
}

/* A word less what says nothing at one of its ends. */
const cutEnd = (key) => ends.map((end) => key.replace(end, "")).find((rest) => rest !== key) ?? "";

/* The parts of a word that stands nowhere, by the first rule that fits. */
function cut(key) {
  for (const parts of [key.split(asking), [cutEnd(key)], key.split(between)].map((parts) => parts.filter(Boolean))) {
    if (parts.length && parts[0] !== key) return parts;
  }
  for (let end = key.length - 2; end > 1; end--) if (lexicon.places(key.slice(0, end)).length) return [key.slice(0, end), key.slice(end)];
  return [];
}

// What each word of a query is: a thing to find, a list that is asked for, a place to search in, or nothing.

const ASKED = new Set(rules.questions.QUESTIONS.flatMap(({ words }) => words));
const isName = (key) => lexicon.questions.has(key) || lexicon.places(key).length > 0 || SAYS_NOTHING.includes(key);
const missingCode = ({ word, literal }) => (literal.some((way) => way.whole) ? null : word.code);

function read(words) {
  const reading = { terms: [], questions: new Map(), places: new Map(), cities: new Set(), left: [], parts: new Map() };
  for (const word of words) sortIn(reading, word, "", 0);
  for (const [text, terms] of reading.parts) {
    if (!terms.every(isFound)) reading.terms = [...reading.terms.filter((term) => !terms.includes(term)), termOf(wordOf(text))];
  }
  if (reading.terms.length) return reading;
  const texts = reading.questions.size ? [...reading.questions.keys()] : reading.left;
  reading.terms = texts.map((text) => expand(wordOf(text)));
  if (!texts.length) forgetPlaces(reading);
  return reading;
}

/* Search their names as words. */
function forgetPlaces(reading) {
  reading.terms.push(...[...reading.places.keys()].map((text) => expand(wordOf(text))));
  reading.places.clear();
}

/* Sort a word in, or the parts of one that stands nowhere; `of` is the word of the query that it is part of. */
function sortIn(reading, word, of, depth) {
  const { key, text } = word, isPlain = !(word.exact || word.years.length || word.code);
  if (isPlain && lexicon.questions.has(key)) reading.questions.set(text, lexicon.questions.get(key));
  else if (isPlain && lexicon.places(key).length) {
    reading.places.set(text, unique(lexicon.places(key)));
    lexicon.cities(key).forEach((city) => reading.cities.add(city));
  } else if (isPlain && (isName(key) || (ASKED.has(key) && !isFound(expand(word))))) reading.left.push(...(of ? [] : [text]));
  else if (!(isPlain && depth < rules.reading.DEEPEST && sortInParts(reading, word, of, depth))) {
    const term = expand(word);
    if (!isFound(term) && !word.exact) takeApart(term);
    reading.terms.push(term);
    if (of) reading.parts.set(of, [...(reading.parts.get(of) ?? []), term]);
  }
}

function sortInParts(reading, word, of, depth) {
  const isWord = lexicon.byKey(word.key).length || (isKana(word.key) && readAs(word.key).length), ended = of && !isWord ? cutEnd(word.key) : "";
  let parts = ended && (isName(ended) || readQuery(ended).some((word) => isFound(expand(word)))) ? [ended] : [];
  if (!parts.length && !isFound(expand(word))) parts = cut(word.key);
  for (const found of parts.flatMap(readQuery)) sortIn(reading, found, of || word.text, depth + 1);
  return parts.length > 0;
}

// What was made of a query, in sentences.

const quoted = (texts) => unique(texts).map((text) => `「${text}」`).join("");

function tellReading({ terms, parts, places, questions, left }) {
  const searched = terms.map((term) => term.word.text), without = left.filter((text) => !searched.includes(text));
  const apart = [...parts].filter(([, terms]) => terms.every(isFound)), inPlans = (place) => (lexicon.cities(normalise(place)).length ? "の計画" : "");
  return [
    ...apart.map(([word, terms]) => `「${word}」は${quoted(terms.map((term) => term.word.text))}で探しました。`),
    ...[...places.keys()].map((place) => `「${place}」${inPlans(place)}の中から探しました。`),
    ...[...questions].filter(([text]) => !searched.includes(text)).map(([text, { reads }]) => `「${text}」は、${reads}をたずねる言葉として読みました。`),
    ...terms.map(missingCode).filter(Boolean).map((code) => `「${code}」という番号はありません。`),
    ...(without.length ? [`${quoted(without)}は除いて探しました。`] : []),
  ];
}

function tellMissing(terms) {
  const missing = terms.filter((term) => !isFound(term)).map((term) => `「${term.word.text}」`).join("");
  return missing && terms.length > 1 ? `${missing}を含むものはないので、ほかの言葉のどれかを含むものを並べました。` : "すべての言葉を含むものはないので、どれかを含むものを並べました。";
}

function tellTerm({ word, literal, variants, synonyms, parts }) {
  const years = word.years.map((year) => `${nameYear(year).long}（${year}年度）`).join("、"), told = [];
  if (years) return [`「${word.text}」は、${years}に期限のあるものや行われるものを探しました。`];
  const others = variants.filter((way) => !way.begins && String(runs(way.text)) !== String(runs(word.key))).map((way) => way.text);
  const finished = others.filter((text) => !/[んっ]$/.test(text));
  if (others.length) told.push(`は${quoted(finished.length ? finished : others)}${literal.length ? "も" : "として"}探しました。`);
  if (parts.length) told.push(`はないので、${quoted(parts)}で探しました。`);
  else if (synonyms.length) told.push(`は${quoted(synonyms.map((way) => way.text))}も探しました。`);
  return told.map((sentence) => `「${word.text}」${sentence}`);
}

// Expressions.

const and = (matches) => (matches.length > 1 ? `(${matches.join(" AND ")})` : matches[0]);

function or(matches) {
  const distinct = unique(matches); // less what is already found in any column
  const own = distinct.filter((match) => !match.startsWith("names : ") || !distinct.includes(match.slice(8)));
  return own.length ? `(${own.join(" OR ")})` : "";
}

/* All terms, by their ways up to a level; with `title`, each in the title unless it counts anywhere. */
function all(terms, level, title = false) {
  const parts = terms.map((term) => {
    const ways = waysOf(term, level), inTitle = or(ways.filter((way) => title && !way.whole).map((way) => way.match));
    return or([...ways.filter((way) => way.whole || !title).map((way) => way.match), ...(inTitle ? [`{title} : ${inTitle}`] : [])]);
  });
  return parts.every(Boolean) ? parts.join(" AND ") : "";
}

/* As many terms as possible, then fewer, down to any one. */
function any(terms) {
  const most = terms.length <= rules.matching.MAX_COMBINED ? terms.length : 1, sizes = Array.from({ length: most }, (_, i) => most - i);
  const either = (groups, level, title) => or(groups.map((group) => all(group, level, title)).filter(Boolean));
  return sizes.map((size) => combinations(terms, size)).flatMap((groups) => [either(groups, 1, true), either(groups, 3, false)]);
}

const combinations = (values, size) =>
  size ? values.flatMap((value, i) => combinations(values.slice(i + 1), size - 1).map((rest) => [value, ...rest])) : [[]];

/* A query read by what stands where it is searched, and what limits it to there: `narrowed` by filters, and places that it names. */
function readWithin(asked, narrowed) {
  searched = narrowed;
  const reading = read(asked), places = within(reading), limits = [...narrowed, ...places], names = ({ places }) => [...places.keys()].join();
  searched = limits;
  const again = places.length ? read(asked) : reading;
  searched = [];
  return [names(again) === names(reading) ? again : reading, limits];
}

/* What limits a search to the places it names. Other than cities in full, those that have none of its words are words too. */
function within(reading) {
  const limits = [...reading.places.values()].map((tokens) => named(...tokens)), either = limits.length > 1 && !exists(and(limits)) ? [or(limits)] : limits;
  const found = reading.terms.filter(isFound).map((term) => all([term], 3)), isCity = (place) => lexicon.cities(normalise(place)).length > 0;
  const namesACity = [...reading.places.keys()].some((place) => isCity(place) && /[市区町村]$/.test(place));
  if (!limits.length || namesACity || (found.length && exists(and([or(found), ...either])))) return either;
  forgetPlaces(reading);
  return [];
}

/* Levels of a query, each of less good hits than the one before; without a word, all that the `filters` leave. */
function plan(typed, filters) {
  const tell = (...notes) => ({ levels: [], notes, ways: [] }), tokens = [["0m", filters.municipality], ["0p", filters.plan], ["0t", filters.theme]].filter(([, value]) => value);
  const limits = tokens.map((token) => named(hashed(...token)));
  if (!typed.trim()) return { ...tell(), levels: [and(limits.length ? limits : [named(`0k${runs(filters.kind ?? "").join("") || rules.matching.LISTED}`)])] };
  if ([...plainQuery(typed).matchAll(word)].length > MAX_WORDS) return tell(`一度に探せる言葉は、${MAX_WORDS}までです。`);
  const words = readQuery(typed), asked = words.filter((word) => !word.excluded);
  if (!asked.length) return words.length ? tell("除く言葉だけでは探せません。探す言葉も入れてください。") : tell();
  const unwanted = or(words.filter((word) => word.excluded).map((word) => phrase(word.key)).filter(Boolean));
  const [reading, narrowed] = readWithin(asked, limits);
  const limited = (match) => `(${and([match, ...narrowed])})${unwanted ? ` NOT ${unwanted}` : ""}`;
  const { terms, questions } = reading, found = terms.filter(isFound), notes = [...tellReading(reading), ...found.flatMap(tellTerm)];
  let levels = any(found);
  if (found.length === terms.length && exists(limited(all(found, 3)))) {
    const asking_ = asked.filter((word) => questions.has(word.text)).map(expand);
    const codes = found.length === 1 && asked[0].code ? found[0].literal.filter((way) => way.whole).map((way) => way.match) : [];
    const exactly = or([named(hashed("0x", asked.map((word) => word.key).join(" "))), ...codes]);
    levels = [exactly, asking_.length ? all([...found, ...asking_], 1, true) : "", ...rules.matching.NEARNESS.map(([level, title]) => all(found, level, title))];
  } else if (found.length) notes.push(tellMissing(terms));
  return { levels: unique(levels).filter(Boolean).map(limited), notes, ways: terms.flatMap((term) => waysOf(term)), reading };
}
