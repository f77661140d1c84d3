/* A query -> FTS5 expressions as keikaku/search/ writes them (lexicon, expand, questions, reading, telling, matching), the best
   hits first. `execute(sql, values)` gives rows as arrays; `rules` and `text`: see text.js. Runs in the worker. */
(self.keikakuCode ??= {}).matching = (execute, rules, text) => {
  "use strict";
  const { hashed, hasKanji, isKana, named, normalise, pattern, phrase, readQuery, runs, sound, take, toHiragana, unique, whole } = text;
  const limits = rules.expand, exists = (match) => execute(rules.results.EXISTS, [match]).length > 0;
  const lexicon = readLexicon();

  // Words of the database: how each is written, read and replaced; what queries may name.

  function readLexicon() {
    const index = (map = new Map()) => ({
      has: (key) => map.has(key), get: (key) => map.get(key) ?? [], keys: () => [...map.keys()],
      add: (key, value) => (map.has(key) ? map.get(key).push(value) : map.set(key, [value])),
    });
    const names = ["byKey", "bySound", "byLemma", "byKanji", "byFirst", "groups", "groupsOf", "places", "cities"];
    const found = Object.fromEntries(names.map((name) => [name, index()])), several = pattern(rules.lexicon.SEVERAL_WORDS);
    for (const [surface, reading, lemma, documents] of execute(rules.lexicon.WORDS)) {
      const key = normalise(surface), entry = { key, reading, lemma: lemma ? normalise(lemma) : key, documents };
      found.byKey.add(key, entry);
      found.byLemma.add(entry.lemma, entry);
      if (reading) found.bySound.add(sound(reading), entry);
      for (const spelling of unique([key, entry.lemma]).filter((spelling) => hasKanji(spelling) && !several.test(spelling))) {
        found.byKanji.add(spelling.replace(/[ぁ-ゖ]+/g, ""), entry);
        found.byFirst.add([...spelling][0], entry);
      }
    }
    for (const [group, word, role] of execute(rules.lexicon.SYNONYMS)) {
      found.groups.add(group, normalise(word));
      if (role === "word") found.groupsOf.add(normalise(word), group);
    }
    for (const [plan, title, city, municipality] of execute(rules.lexicon.PLANS)) {
      const name = normalise(municipality), called = normalise(title);
      for (const place of unique([name, name.replace(pattern(rules.lexicon.PLACE), "")])) {
        found.cities.add(place, city);
        found.places.add(place, hashed("0m", city));
      }
      found.places.add(called, hashed("0p", plan));
      if (called !== name && called.startsWith(name)) found.places.add(called.slice(name.length), hashed("0n", called.slice(name.length)));
    }
    const questions = rules.questions.QUESTIONS.filter(({ source }) => execute(`SELECT 1 FROM ${source} LIMIT 1`).length);
    return {
      ...found, sounds: found.bySound.keys().sort(), prefixes: unique(execute(rules.lexicon.PREFIXES).map(([prefix]) => prefix)),
      questions: new Map(questions.flatMap((question) => question.words.map((word) => [word, question]))),
    };
  }

  /* Words read exactly so, or else those that sound so. */
  function readAs(kana) {
    const entries = lexicon.bySound.get(sound(kana)), same = entries.filter((entry) => entry.reading === kana);
    return same.length ? same : entries;
  }

  function readFrom(kana) {
    const begin = sound(kana);
    return begin ? lexicon.sounds.filter((heard) => heard.startsWith(begin)).flatMap(lexicon.bySound.get) : [];
  }

  /* Other spellings of a word or, if not `isWhole`, of a part of one: by its common form, its kanji, or its reading. */
  const siblings = text.cached((piece, isWhole) => {
    const found = [...lexicon.byKey.get(piece).flatMap((entry) => lexicon.byLemma.get(entry.lemma)), ...lexicon.byLemma.get(piece)];
    const length = [...piece].length, heard = toHiragana(piece);
    if (isKana(piece)) found.push(...readAs(heard).filter((entry) => entry.reading === heard && length > 2 && !isWhole));
    else if (!/[ぁ-ゖ]/.test(piece)) found.push(...(length > 1 || !isWhole ? lexicon.byKanji.get(piece) : []));
    else if (hasKanji(piece)) found.push(...sameKanji(piece));
    return unique(found.map((entry) => entry.key)).filter((key) => key !== piece);
  });

  /* Words with the kanji of a piece in its order, read as its kana say. */
  function sameKanji(piece) {
    const parts = piece.match(pattern(rules.lexicon.PARTS, "g")), escaped = (part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    const kanji = pattern(parts.filter((part) => !isKana(part)).map(escaped).join(".*"));
    const heard = whole(parts.map((part) => (isKana(part) ? toHiragana(part) : ".+")).join(""));
    const begun = parts[0].length > 1 ? readFrom(toHiragana(parts[0])) : [];
    const fits = (entry) => (kanji.test(entry.key) || kanji.test(entry.lemma)) && heard.test(entry.reading);
    return (isKana(parts[0]) ? begun : lexicon.byFirst.get(parts[0])).filter(fits);
  }

  // A word -> every way in which it is searched, the best first.

  const way = (text, match = phrase(text), kind = {}) => ({ text, match, ...kind });
  const waysOf = (term, level = 3) => [term.literal, term.variants, term.synonyms].slice(0, level).flat();
  const isFound = (term) => waysOf(term).length > 0;
  const wordOf = (text) => ({ text, key: normalise(text), years: [] });
  const termOf = (word) => ({ word, literal: [], variants: [], synonyms: [], parts: [] });
  const missingCode = ({ word, literal }) => (literal.some((way) => way.whole) ? null : word.code);

  function expand(word) {
    const term = termOf(word), key = [...word.key].slice(0, limits.LONGEST).join("");
    if (word.years.length) return expandYears(term);
    const codes = word.code ? [way(word.code, named(runs(word.code).join("")), { whole: true })] : [];
    term.literal = existing([...codes, way(word.key)], 2);
    if (word.exact) return term;
    const others = unique(take(spellings(key, term.literal.length > 0), limits.MAX_SPELLINGS));
    const begun = /^[a-z]{3,}$/.test(word.key) ? [way(word.key, phrase(word.key, true), { begins: true })] : [];
    term.variants = existing([...begun, ...others.map((text) => way(text))], limits.MAX_VARIANTS, [word.key]);
    term.synonyms = existing(synonyms(key, others), limits.MAX_SYNONYMS, [word.key, ...term.variants.map((way) => way.text)]);
    return term;
  }

  function expandYears(term) {
    for (const year of term.word.years) {
      const { long, short } = text.nameYear(year), texts = [long.replace(/度$/, ""), short, String(year)];
      term.literal.push(...existing([way(long, named(`fy${year}`), { whole: true })], 1));
      term.variants.push(...existing([way(long, `"fy${year}"`), ...texts.map((text) => way(normalise(text)))], 4));
    }
    return term;
  }

  /* Search a word that stands nowhere as the words that it is made of. */
  function takeApart(term) {
    const parts = split([...term.word.key]), phrases = parts.map((part) => phrase(part));
    const match = parts.length === 2 ? `NEAR(${phrases.join(" ")}, ${limits.NEAR})` : `(${phrases.join(" AND ")})`;
    if (parts.length) Object.assign(term, { parts, synonyms: existing([way(parts.join("・"), match)], 1) });
  }

  /* The first ways that find something of their own: none that holds a word already known. */
  function existing(ways, most, known = []) {
    const found = [];
    let tried = 0;
    for (const way of ways) {
      if (!way.match || (!way.begins && known.some((text) => way.text.includes(text)))) continue;
      if (tried++ >= limits.MAX_TRIED || found.length >= most) break;
      if (exists(way.match)) found.push(way);
    }
    return found;
  }

  /* The words of documents that make up a key, the longest first, hiragana between them left out; none if some is unknown. */
  function split(signs) {
    const parts = [];
    for (let start = isKana(signs.join("")) ? signs.length : 0, end; start < signs.length; start = end) {
      const isKnown = ({ documents, lemma, key }) => documents && (lemma === key || end - start > 2);
      for (end = signs.length; end > start + 1; end--) if (lexicon.byKey.get(signs.slice(start, end).join("")).some(isKnown)) break;
      if (end > start + 1) parts.push(signs.slice(start, end).join(""));
      else if (signs[start] < "ぁ" || signs[start] > "ん") return [];
    }
    return parts;
  }

  /* Other ways to write a word, the nearest first; with repetitions. */
  function* spellings(key, found) {
    if (/[ァ-ヺ]/.test(key)) yield toHiragana(key);
    if (/[ァ-ヺ]/.test(key) && key.endsWith("ー")) yield key.replace(/ー+$/, "");
    const kana = isKana(key) ? toHiragana(key) : whole(limits.ROMAJI).test(key) ? text.romajiToKana(key) : null;
    if (kana) yield* [kana, text.toKatakana(kana)];
    const written = unique(kana ? writtenAs(kana, found) : [...respelt(key)]);
    yield* written;
    for (const other of written.slice(0, kana ? 4 : 6)) yield* respelt(other);
    const plain = (kana ?? key).replace(pattern(limits.PREFIX), "");
    if (plain !== (kana ?? key)) yield* kana ? writtenAs(plain, true) : [plain, ...respelt(plain)];
  }

  /* The words that are read as a word in kana, put together from as few as possible; else those that begin so. */
  function writtenAs(kana, found) {
    const cuts = segment(kana), words = cuts.flatMap((parts) => take(product(parts), limits.MAX_VARIANTS));
    words.push(...unique(readAs(kana).map((entry) => entry.lemma)).flatMap(lexicon.byLemma.get).map((entry) => entry.key));
    const begun = cuts.length || found || kana.length < 2 ? [] : readFrom(kana).sort(byRank).slice(0, 8);
    return [...words, ...begun.filter((entry) => entry.reading.startsWith(kana)).map((entry) => entry.key)];
  }

  function byRank(a, b) {
    return b.documents - a.documents || (a.key < b.key ? -1 : Number(a.key > b.key));
  }

  function* product([first, ...rest], begun = "") {
    if (!first) yield begun;
    else for (const word of first) yield* product(rest, begun + word);
  }

  /* The shortest ways to cut a reading into readings of words: for each, the words of each part. */
  function segment(kana) {
    const ways = { [kana.length]: [[]] };
    for (let start = kana.length - 1; start >= 0; start--) {
      const found = [];
      for (let end = start + 1; end <= kana.length; end++) {
        const part = kana.slice(start, end), words = ways[end] ? [...readAs(part)].sort(byRank).map((entry) => entry.key) : [];
        const written = words.length ? unique(words).slice(0, 6) : limits.PARTICLES.includes(part) ? [part] : null;
        if (written && ways[end]) found.push(...ways[end].map((rest) => [written, ...rest]));
      }
      const least = Math.min(...found.map((way) => way.length));
      if (found.length) ways[start] = found.filter((way) => way.length === least).slice(0, 4);
    }
    return ways[0] ?? [];
  }

  /* A word with one of its parts replaced by others, parts further left and longer ones first. */
  function* replaced(key, longest, others) {
    const signs = [...key], part = (start, end) => signs.slice(start, end).join("");
    for (let start = 0; start < signs.length; start++) {
      for (let end = Math.min(signs.length, start + longest); end > start; end--) {
        for (const other of others(part(start, end))) yield part(0, start) + other + part(end);
      }
    }
  }

  function respelt(key) {
    return replaced(key, limits.PIECE, (piece) => siblings(piece, piece === key));
  }

  /* Words that mean the same as a word, or as a part of it put in its place, each in all its spellings. */
  function* synonyms(key, others) {
    const groups = (piece) => lexicon.groupsOf.get(piece).slice(0, rules.lexicon.MAX_GROUPS).flatMap(lexicon.groups.get);
    const meaning = (piece) => unique(groups(piece)).filter((other) => other !== piece).flatMap((other) => [other, ...siblings(other, true)]);
    for (const text of replaced(key, [...key].length, meaning)) yield way(text);
    for (const text of others.flatMap(meaning)) yield way(text);
  }

  // What each word of a query is: a thing to find, a list that is asked for, a place to search in, or nothing.

  const asking = pattern(rules.questions.ASKING), ends = rules.questions.ENDS.map((end) => pattern(end)), between = pattern(rules.questions.BETWEEN);
  const saysNothing = new Set(rules.questions.SAYS_NOTHING);
  const cutEnd = (key) => ends.map((end) => key.replace(end, "")).find((rest) => rest !== key) ?? "";

  /* The parts of a word that stands nowhere, by the first rule that fits. */
  function cut(key) {
    for (const parts of [key.split(asking), [cutEnd(key)], key.split(between)].map((parts) => parts.filter(Boolean))) {
      if (parts.length && parts[0] !== key) return parts;
    }
    for (let end = key.length - 2; end > 1; end--) if (lexicon.places.has(key.slice(0, end))) return [key.slice(0, end), key.slice(end)];
    return [];
  }

  function read(words) {
    const reading = { terms: [], questions: new Map(), places: new Map(), cities: new Set(), left: [], parts: new Map() };
    for (const word of words) sortIn(reading, word, "", 0);
    for (const [key, terms] of reading.parts) {
      if (!terms.every(isFound)) reading.terms = [...reading.terms.filter((term) => !terms.includes(term)), termOf(wordOf(key))];
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

  function sortIn(reading, word, of, depth) {
    const { key, text } = word, isPlain = !(word.exact || word.years.length || word.code);
    if (isPlain && lexicon.questions.has(key)) reading.questions.set(text, lexicon.questions.get(key));
    else if (isPlain && lexicon.places.has(key)) {
      reading.places.set(text, unique(lexicon.places.get(key)));
      for (const city of lexicon.cities.get(key)) reading.cities.add(city);
    } else if (isPlain && saysNothing.has(key)) reading.left.push(...(of ? [] : [text]));
    else if (!(isPlain && depth < rules.reading.DEEPEST && sortInParts(reading, word, of, depth))) {
      const term = expand(word);
      if (!isFound(term) && !word.exact) takeApart(term);
      reading.terms.push(term);
      if (of) reading.parts.set(of, [...(reading.parts.get(of) ?? []), term]);
    }
  }

  function sortInParts(reading, word, of, depth) {
    const isWord = lexicon.byKey.has(word.key) || (isKana(word.key) && readAs(word.key).length > 0), ended = cutEnd(word.key);
    let parts = of && !isWord && ended && isKnown(ended) ? [ended] : [];
    if (!parts.length && !isFound(expand(word))) parts = cut(word.key);
    for (const found of parts.flatMap((part) => readQuery(part, lexicon.prefixes))) sortIn(reading, found, of || word.text, depth + 1);
    return parts.length > 0;
  }

  function isKnown(key) {
    return lexicon.questions.has(key) || lexicon.places.has(key) || saysNothing.has(key) || readQuery(key, lexicon.prefixes).some((word) => isFound(expand(word)));
  }

  // What was made of a query, in sentences.

  const quoted = (texts) => unique(texts).map((text) => `「${text}」`).join("");

  function tellReading(reading) {
    const searched = reading.terms.map((term) => term.word.text), left = reading.left.filter((text) => !searched.includes(text));
    const apart = [...reading.parts].filter(([, terms]) => terms.every(isFound)), questions = [...reading.questions];
    const inPlans = (place) => (lexicon.cities.has(normalise(place)) ? "の計画" : "");
    return [
      ...apart.map(([word, terms]) => `「${word}」は${quoted(terms.map((term) => term.word.text))}で探しました。`),
      ...[...reading.places.keys()].map((place) => `「${place}」${inPlans(place)}の中から探しました。`),
      ...questions.filter(([text]) => !searched.includes(text)).map(([text, { reads }]) => `「${text}」は、${reads}をたずねる言葉として読みました。`),
      ...reading.terms.map(missingCode).filter(Boolean).map((code) => `「${code}」という番号はありません。`),
      ...(left.length ? [`${quoted(left)}は除いて探しました。`] : []),
    ];
  }

  function tellMissing(terms) {
    const missing = terms.filter((term) => !isFound(term)).map((term) => `「${term.word.text}」`).join("");
    return missing && terms.length > 1 ? `${missing}を含むものはないので、ほかの言葉のどれかを含むものを並べました。` : "すべての言葉を含むものはないので、どれかを含むものを並べました。";
  }

  function tellTerm({ word, literal, variants, synonyms, parts }) {
    const years = word.years.map((year) => `${text.nameYear(year).long}（${year}年度）`).join("、"), told = [];
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
    return sizes.flatMap((size) => [[1, true], [3, false]].map(([level, title]) =>
      or([...combinations(terms, size)].map((group) => all(group, level, title)).filter(Boolean))));
  }

  function* combinations(values, size, start = 0) {
    if (!size) yield [];
    else for (let i = start; i < values.length; i++) for (const rest of combinations(values, size - 1, i + 1)) yield [values[i], ...rest];
  }

  /* What limits a search to the places it names. Where these have none of its words, they are words like any other. */
  function within(reading) {
    let limits = [...reading.places.values()].map((tokens) => named(...tokens));
    if (limits.length > 1 && !exists(and(limits))) limits = [or(limits)];
    const found = reading.terms.filter(isFound);
    if (!limits.length || (found.length && exists(and([or(found.map((term) => all([term], 3))), ...limits])))) return limits;
    forgetPlaces(reading);
    return [];
  }

  /* Levels of a query, each of less good hits than the one before; `filters`: municipality, plan, theme. */
  function plan(typed, filters) {
    const words = readQuery(typed, lexicon.prefixes), asked = words?.filter((word) => !word.excluded), nothing = { levels: [], ways: [] };
    if (!words) return { ...nothing, notes: [`一度に探せる言葉は、${rules.query.MAX_WORDS}までです。`] };
    if (!asked.length) return { ...nothing, notes: words.length ? ["除く言葉だけでは探せません。探す言葉も入れてください。"] : [] };
    const unwanted = or(words.filter((word) => word.excluded).map((word) => phrase(word.key)).filter(Boolean));
    const reading = read(asked), tokens = [["0m", filters.municipality], ["0p", filters.plan], ["0t", filters.theme]].filter(([, value]) => value);
    const limits = [...within(reading), ...tokens.map((token) => named(hashed(...token)))];
    const limited = (match) => `(${and([match, ...limits])})${unwanted ? ` NOT ${unwanted}` : ""}`;
    const { terms } = reading, found = terms.filter(isFound), notes = [...tellReading(reading), ...found.flatMap(tellTerm)];
    let levels = any(found);
    if (found.length === terms.length && exists(limited(all(found, 3)))) {
      const questions = asked.filter((word) => reading.questions.has(word.text)).map(expand);
      const codes = found.length === 1 && asked[0].code ? found[0].literal.filter((way) => way.whole).map((way) => way.match) : [];
      const exactly = or([named(hashed("0x", asked.map((word) => word.key).join(" "))), ...codes]);
      levels = [exactly, questions.length ? all([...found, ...questions], 1, true) : "", ...rules.matching.NEARNESS.map(([level, title]) => all(found, level, title))];
    } else if (found.length) notes.push(tellMissing(terms));
    return { levels: unique(levels).filter(Boolean).map(limited), notes, ways: terms.flatMap((term) => waysOf(term)), reading };
  }

  return { plan, missingCode };
};
