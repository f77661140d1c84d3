/* The search of plans.db as keikaku/search/ does it (lexicon, expand, plan, results, snippet, suggest). `execute(sql, values)`
   gives rows as arrays, `rules` are the server's patterns, limits and SQL. Runs in the worker. */
(self.keikakuCode ??= {}).finding = (execute, rules, reading) => {
  "use strict";

  const { isKana, named, normalise, pattern, phrase, runs, sound, take, toHiragana, unique } = reading;
  const exists = (match) => execute(rules.results.EXISTS, [match]).length > 0;
  const joined = (matches, word) => `(${matches.join(` ${word} `)})`;
  const lexicon = readLexicon();
  const remembered = new Map();
  let last = {}; // a page asks for its rows, then for what is said of them

  // Words of the database: how each is written, read and replaced.

  function readLexicon() {
    const index = () => {
      const map = new Map();
      return { get: (key) => map.get(key) ?? [], add: (key, value) => map.set(key, [...(map.get(key) ?? []), value]), keys: () => [...map.keys()] };
    };
    const found = { byKey: index(), bySound: index(), byLemma: index(), byKanji: index(), byFirst: index(), groups: index(), groupsOf: index(), places: index() };
    const several = pattern(rules.lexicon.SEVERAL_WORDS);
    for (const [surface, reading, lemma, documents] of execute(rules.lexicon.WORDS)) {
      const key = normalise(surface), entry = { key, surface, reading, lemma: lemma ? normalise(lemma) : key, documents };
      found.byKey.add(key, entry);
      found.byLemma.add(entry.lemma, entry);
      if (reading) found.bySound.add(sound(reading), entry);
      for (const spelling of unique([key, entry.lemma])) {
        if (!hasKanji(spelling) || several.test(spelling)) continue;
        found.byKanji.add(spelling.replace(/[ぁ-ゖ]+/g, ""), entry);
        found.byFirst.add([...spelling][0], entry);
      }
    }
    for (const [group, word, role] of execute(rules.lexicon.SYNONYMS)) {
      found.groups.add(group, normalise(word));
      if (role === "word") found.groupsOf.add(normalise(word), group);
    }
    for (const [plan, municipality] of execute(rules.lexicon.PLACES)) {
      const place = normalise(municipality);
      for (const name of unique([place, place.replace(pattern(rules.lexicon.PLACE), "")])) found.places.add(name, plan);
    }
    const prefixes = unique(execute(rules.lexicon.PREFIXES).map(([prefix]) => prefix));
    return { ...found, prefixes, sounds: found.bySound.keys().sort() };
  }

  function hasKanji(text) {
    return reading.hasKanji(text);
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

  function synonyms(key) {
    const groups = lexicon.groupsOf.get(key).slice(0, rules.lexicon.MAX_GROUPS);
    return unique(groups.flatMap(lexicon.groups.get)).filter((other) => other !== key);
  }

  /* Other spellings of a word or, if not `whole`, of a part of one: by its common form, its kanji, or its reading. */
  function siblings(piece, whole, seen = remembered) {
    const name = `${whole} ${piece}`;
    if (seen.has(name)) return seen.get(name);
    const found = [...lexicon.byKey.get(piece).flatMap((entry) => lexicon.byLemma.get(entry.lemma)), ...lexicon.byLemma.get(piece)];
    const length = [...piece].length, heard = toHiragana(piece);
    if (isKana(piece)) found.push(...readAs(heard).filter((entry) => entry.reading === heard && length > 2 && !whole));
    else if (!/[ぁ-ゖ]/.test(piece)) found.push(...(length > 1 || !whole ? lexicon.byKanji.get(piece) : []));
    else if (hasKanji(piece)) found.push(...sameKanji(piece));
    seen.set(name, unique(found.map((entry) => entry.key)).filter((key) => key !== piece));
    return seen.get(name);
  }

  /* Words with the kanji of a piece in its order, read as its kana say. */
  function sameKanji(piece) {
    const parts = piece.match(pattern(rules.lexicon.PARTS, "g"));
    const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    const kanji = pattern(parts.filter((part) => !isKana(part)).map(escaped).join(".*"));
    const heard = reading.whole(parts.map((part) => (isKana(part) ? toHiragana(part) : ".+")).join(""));
    const begun = isKana(parts[0]), candidates = begun ? (parts[0].length > 1 ? readFrom(toHiragana(parts[0])) : []) : lexicon.byFirst.get(parts[0]);
    return candidates.filter((entry) => (kanji.test(entry.key) || kanji.test(entry.lemma)) && heard.test(entry.reading));
  }

  // A word -> every way in which it is searched.

  const way = (text, match = phrase(text), kind = {}) => ({ text, match, ...kind });
  const waysOf = (term, level = 3) => [term.literal, term.variants, term.synonyms].slice(0, level).flat();

  function expand(word, alone) {
    if (word.years.length) return expandYears(word);
    const term = { word, literal: [], variants: [], synonyms: [], parts: [] }, limits = rules.expand;
    const codes = word.code ? [way(word.code, named(reading.codeToken(word.code)), { whole: true })] : [];
    term.literal = existing([...codes, way(word.key)], 2);
    if (word.exact) return term;
    const key = [...word.key].slice(0, limits.LONGEST).join("");
    const written = unique(take(spellings(key, term.literal.length > 0), limits.MAX_SPELLINGS));
    const begun = /^[a-z]{3,}$/.test(word.key) ? [way(word.key, phrase(word.key, true), { begins: true })] : [];
    term.variants = existing([...begun, ...written.map((text) => way(text))], limits.MAX_VARIANTS, [word.key]);
    const known = [word.key, ...term.variants.map((way) => way.text)];
    term.synonyms = existing(meanings(key, written), limits.MAX_SYNONYMS, known);
    const plans = alone ? [] : lexicon.places.get(word.key);
    term.isPlace = plans.length > 0;
    term.literal.push(...plans.slice(0, limits.MAX_PLACES).map((id) => way(word.text, named(reading.planToken(id)), { whole: true })));
    const parts = waysOf(term).length ? [] : splitWord([...word.key]);
    if (parts.length) {
      const phrases = parts.map((part) => phrase(part));
      const match = parts.length === 2 ? `NEAR(${phrases.join(" ")}, ${limits.NEAR})` : joined(phrases, "AND");
      Object.assign(term, { parts, synonyms: existing([way(parts.join("・"), match)], 1) });
    }
    return term;
  }

  function expandYears(word) {
    const term = { word, literal: [], variants: [], synonyms: [], parts: [] };
    for (const year of word.years) {
      const { long, short } = reading.nameYear(year), token = `fy${year}`;
      const texts = [long.replace(/度$/, ""), short, String(year)].map((text) => way(normalise(text)));
      term.literal.push(...existing([way(long, named(token), { whole: true })], 1));
      term.variants.push(...existing([way(long, `"${token}"`), ...texts], 4));
    }
    return term;
  }

  /* The first ways that find something of their own: none that holds a word already known. */
  function existing(ways, most, known = []) {
    const found = [];
    let tried = 0;
    for (const way of ways) {
      if (!way.match || (!way.begins && known.some((text) => way.text.includes(text)))) continue;
      if (tried++ >= rules.expand.MAX_TRIED || found.length >= most) break;
      if (exists(way.match)) found.push(way);
    }
    return found;
  }

  /* The words of documents that make up a key, the longest first, hiragana between them left out; none if some is unknown. */
  function splitWord(signs) {
    const parts = [];
    let start = isKana(signs.join("")) ? signs.length : 0;
    while (start < signs.length) {
      let end = signs.length;
      const isKnown = ({ documents, lemma, key }) => documents && (lemma === key || end - start > 2);
      while (end > start + 1 && !lexicon.byKey.get(signs.slice(start, end).join("")).some(isKnown)) end--;
      if (end > start + 1) parts.push(signs.slice(start, end).join(""));
      else if (signs[start] < "ぁ" || signs[start] > "ん") return [];
      start = end > start + 1 ? end : start + 1;
    }
    return parts;
  }

  /* Other ways to write a word, the nearest first; with repetitions. */
  function* spellings(key, found) {
    if (/[ァ-ヺ]/.test(key)) {
      yield toHiragana(key);
      if (key.endsWith("ー")) yield key.replace(/ー+$/, "");
    }
    const kana = isKana(key) ? toHiragana(key) : reading.whole(rules.expand.ROMAJI).test(key) ? reading.romajiToKana(key) : null;
    if (kana) yield* [kana, reading.toKatakana(kana)];
    const written = kana ? unique(written_(kana, found)) : unique([...respelt(key)]);
    yield* written;
    for (const other of written.slice(0, kana ? 4 : 6)) yield* respelt(other);
    const plain = (kana ?? key).replace(pattern(rules.expand.PREFIX), "");
    if (plain === (kana ?? key)) return;
    if (kana) yield* written_(plain, true);
    else yield* [plain, ...respelt(plain)];
  }

  /* The words that are read as a word in kana, put together from as few as possible; else those that begin so. */
  function written_(kana, found) {
    const cuts = segment(kana), words = cuts.flatMap((parts) => take(product(parts), rules.expand.MAX_VARIANTS));
    const lemmas = unique(readAs(kana).map((entry) => entry.lemma));
    words.push(...lemmas.flatMap(lexicon.byLemma.get).map((entry) => entry.key));
    if (!cuts.length && !found && kana.length > 1) {
      const begun = readFrom(kana).sort(byRank).slice(0, 8).filter((entry) => entry.reading.startsWith(kana));
      words.push(...begun.map((entry) => entry.key));
    }
    return words;
  }

  function byRank(a, b) {
    return b.documents - a.documents || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
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
        const part = kana.slice(start, end);
        if (!ways[end]) continue;
        const words = unique([...readAs(part)].sort(byRank).map((entry) => entry.key)).slice(0, 6);
        if (words.length || rules.expand.PARTICLES.includes(part)) {
          found.push(...ways[end].map((rest) => [words.length ? words : [part], ...rest]));
        }
      }
      const least = Math.min(...found.map((way) => way.length));
      if (found.length) ways[start] = found.filter((way) => way.length === least).slice(0, 4);
    }
    return ways[0] ?? [];
  }

  /* A word with one of its parts replaced by others, parts further left and longer ones first. */
  function* replaced(key, longest, others) {
    const signs = [...key];
    for (let start = 0; start < signs.length; start++) {
      for (let end = Math.min(signs.length, start + longest); end > start; end--) {
        const [before, piece, after] = [signs.slice(0, start), signs.slice(start, end), signs.slice(end)].map((part) => part.join(""));
        for (const other of others(piece)) yield before + other + after;
      }
    }
  }

  function respelt(key) {
    return replaced(key, rules.expand.PIECE, (piece) => siblings(piece, piece === key));
  }

  function* meanings(key, written) {
    const meaning = (piece) => synonyms(piece).flatMap((other) => [other, ...siblings(other, true)]);
    for (const text of replaced(key, [...key].length, meaning)) yield way(text);
    for (const text of written.flatMap(meaning)) yield way(text);
  }

  // A query -> expressions, the best hits first, and what was searched besides.

  function planQuery(text) {
    const words = reading.readQuery(text, lexicon.prefixes);
    if (!words) return { levels: [], notes: [`一度に探せる言葉は、${rules.query.MAX_WORDS}までです。`], ways: [] };
    const asked = words.filter((word) => !word.excluded);
    if (!asked.length) return { levels: [], notes: words.length ? ["除く言葉だけでは探せません。探す言葉も入れてください。"] : [], ways: [] };
    const unwanted = words.filter((word) => word.excluded).map((word) => phrase(word.key)).filter(Boolean);
    const without = (match) => (unwanted.length ? `(${match}) NOT ${either(unwanted)}` : match);
    const terms = asked.map((word) => expand(word, asked.length === 1)), found = terms.filter((term) => waysOf(term).length);
    const notes = found.flatMap(tell);
    let levels;
    if (found.length === terms.length && exists(without(all(found, 3)))) {
      levels = [exactly(asked, found), ...[1, 2, 3].flatMap((level) => [all(found, level, true), all(found, level)])];
    } else {
      levels = [...any(found)];
      if (found.length) notes.push(tellMissing(terms));
    }
    return { levels: unique(levels).filter(Boolean).map(without), notes, ways: terms.flatMap((term) => waysOf(term)) };
  }

  /* What is named exactly by the whole query: a title, a name or a code. */
  function exactly(words, terms) {
    const codes = terms.length === 1 && words[0].code ? terms[0].literal.filter((way) => way.whole).map((way) => way.match) : [];
    return either([named(reading.wholeToken(words.map((word) => word.key).join(" "))), ...codes]);
  }

  function all(terms, level, title = false) {
    const parts = terms.map((term) => {
      const ways = waysOf(term, level), anywhere = ways.filter((way) => way.whole || !title).map((way) => way.match);
      const inTitle = either(ways.filter((way) => title && !way.whole).map((way) => way.match));
      return either(inTitle ? [...anywhere, `{title} : ${inTitle}`] : anywhere);
    });
    return parts.every(Boolean) ? parts.join(" AND ") : "";
  }

  /* As many terms as possible, then fewer, down to any one. */
  function* any(terms) {
    for (let size = terms.length <= rules.plan.MAX_COMBINED ? terms.length : Math.min(1, terms.length); size > 0; size--) {
      for (const [level, title] of [[1, true], [3, false]]) {
        yield either([...combinations(terms, size)].map((group) => all(group, level, title)).filter(Boolean));
      }
    }
  }

  function* combinations(values, size, start = 0) {
    if (!size) yield [];
    else for (let i = start; i < values.length; i++) for (const rest of combinations(values, size - 1, i + 1)) yield [values[i], ...rest];
  }

  function either(matches) {
    const distinct = unique(matches); // less what is already found in any column
    const own = distinct.filter((match) => !match.startsWith("names : ") || !distinct.includes(match.slice(8)));
    return own.length ? joined(own, "OR") : "";
  }

  const quoted = (texts) => unique(texts).map((text) => `「${text}」`).join("");

  function tellMissing(terms) {
    const missing = terms.filter((term) => !waysOf(term).length).map((term) => `「${term.word.text}」`).join("");
    return missing && terms.length > 1 ? `${missing}を含むものはないので、ほかの言葉のどれかを含むものを並べました。` : "すべての言葉を含むものはないので、どれかを含むものを並べました。";
  }

  /* What was searched besides a word, in sentences. */
  function tell({ word, literal, variants, synonyms, parts, isPlace }) {
    if (word.years.length) {
      const years = word.years.map((year) => `${reading.nameYear(year).long}（${year}年度）`).join("、");
      return [`「${word.text}」は、${years}に期限のあるものや行われるものを探しました。`];
    }
    const others = variants.filter((way) => !way.begins && runs(way.text).join(" ") !== runs(word.key).join(" ")).map((way) => way.text);
    const finished = others.filter((text) => !/[んっ]$/.test(text)), told = [];
    if (others.length) told.push(`は${quoted(finished.length ? finished : others)}${literal.length ? "も" : "として"}探しました。`);
    if (parts.length) told.push(`はないので、${quoted(parts)}で探しました。`);
    else if (synonyms.length) told.push(`は${quoted(synonyms.map((way) => way.text))}も探しました。`);
    if (isPlace) told.push("の計画の中から探しました。");
    return told.map((sentence) => `「${word.text}」${sentence}`);
  }

  // Results, best first.

  function search(text) {
    if (last.text !== text) last = { text, ...find(text) };
    return last;
  }

  function find(text) {
    const { levels, notes, ways } = planQuery(text);
    if (!levels.length) return { results: [], total: 0, notes };
    const ids = best(levels).slice(0, rules.results.MOST), needles = needlesOf(ways);
    const rows = new Map(execute(rules.results.DOCUMENTS, [JSON.stringify(ids)]).map(([id, ...row]) => [id, describe(row, needles)]));
    return { results: ids.map((id) => rows.get(id)), total: execute(rules.results.TOTAL, [levels.at(-1)])[0][0], notes };
  }

  function best(levels) {
    const hits = new Map(), { CANDIDATES, FIRST, HITS, MOST, WEIGHTS } = rules.results;
    for (const [level, match] of levels.entries()) {
      let found = execute(FIRST, [match]).map(([id]) => [level, 0, 0, 0, id]);
      if (found.length && found.length < CANDIDATES) {
        found = execute(HITS, [match]).map(([id, kind, isRepeat, position, bm25]) =>
          [level, isRepeat, Math.round(bm25 * (WEIGHTS[kind] ?? 1) * 1e6), position, id]);
      }
      for (const hit of found) if (!hits.has(hit[4])) hits.set(hit[4], hit);
      if (hits.size >= MOST) break;
    }
    const inOrder = (a, b) => a.map((value, i) => value - b[i]).find(Boolean) ?? 0;
    return [...hits.values()].sort(inOrder).map((hit) => hit[4]);
  }

  function describe([kind, table, id, sector, code, heading, others, body], needles) {
    const isPassage = kind === "passage";
    const title = isPassage ? `${others}（${heading}）` : heading, names = isPassage ? "" : others;
    let snippet = cutOut(body, needles);
    if (names && !snippet.includes("«")) {
      const named = cutOut(names, needles);
      if (!body || named.includes("«")) snippet = (rules.results.NAMES[kind] ?? "") + named;
    }
    return { kind, id, title, snippet, table, sector, code };
  }

  // What was found in a text, between « and ».

  function needlesOf(ways) {
    const texts = unique(ways.flatMap((way) => way.text.split("・").map((part) => JSON.stringify([part, way.begins === true])))).map(JSON.parse);
    return texts.map(([text, begins]) => reading.needle(text, begins));
  }

  function findHits(text, needles) {
    const key = normalise(text);
    const spans = needles.flatMap((needle) => [...key.matchAll(needle)].filter(([found]) => found).map((match) => [match.index, match.index + match[0].length]));
    const places = spans.length ? reading.findPlaces(text, key) : undefined, apart = [];
    const found = places ? spans.map(([start, end]) => [places[start][0], places[end - 1][1]]) : [];
    for (const hit of found.sort((a, b) => a[0] - b[0] || b[1] - a[1])) if (!apart.length || hit[0] >= apart.at(-1)[1]) apart.push(hit);
    return apart;
  }

  function markHits(text, hits, start, end) {
    let marked = start ? "…" : "", done = start;
    for (const [from, to] of hits.filter(([from, to]) => start <= from && to <= end)) {
      marked += `${text.slice(done, from)}«${text.slice(from, to)}»`;
      done = to;
    }
    return marked + text.slice(done, end) + (end < text.length ? "…" : "");
  }

  function cutOut(body, needles) {
    const text = body.split(/[\n\r]+/).map((line) => line.trim().split(/\s+/).join(" ")).join(" ／ ");
    const hits = findHits(text, needles), [first, firstEnd] = hits[0] ?? [0, 0];
    let start = Math.max(0, first - rules.snippet.LEAD);
    const sentence = start && /[。！？\n]\s*/.exec(text.slice(start, first));
    if (sentence) start += sentence.index + sentence[0].length;
    const end = Math.min(text.length, Math.max(start + rules.snippet.LENGTH, firstEnd));
    return markHits(text, hits, Math.max(0, Math.min(start, end - rules.snippet.LENGTH)), end);
  }

  return {
    match: (text) => planQuery(text).levels.at(-1) ?? rules.text.NOTHING,
    search,
    highlight: (text, words) => markHits(text, findHits(text, needlesOf(planQuery(words).ways)), 0, text.length),
    highlightSnippet: (text, words) => cutOut(text, needlesOf(planQuery(words).ways)),
  };
};
