/* Texts and queries as keikaku/search/ reads them (text, kana, index, query; fiscal years): keys, tokens, sounds, words of a query.
   Patterns, tables and limits are those of the server: `rules`, from keikaku/search/rules.py. Runs in the worker. */
(self.keikakuCode ??= {}).text = (rules) => {
  "use strict";

  const pattern = (text, flags = "") => new RegExp(text, `u${flags}`);
  const whole = (text) => pattern(`^(?:${text})$`);
  const unique = (values) => [...new Set(values)];
  const cached = (make, seen = new Map()) => (text, option = false) => {
    const key = `${option} ${text}`;
    if (!seen.has(key)) seen.set(key, make(text, option));
    return seen.get(key);
  };

  // Keys of texts.

  const signs = [...rules.text.FORMS];
  const forms = new Map(signs.flatMap((old, i) => (i % 2 ? [] : [[old, signs[i + 1]]])));
  const withoutWidth = pattern(rules.text.WITHOUT_WIDTH, "g");
  const isLetters = (run, test = whole(rules.text.LETTERS)) => test.test(run);
  const isDigits = (run) => /^\p{Nd}+$/u.test(run);
  const number = whole(rules.text.NUMBER);
  const readers = {
    _read: (match) => {
      const value = readNumber(match.at(-1) ?? match[0], rules.text.LARGE + rules.text.SMALL);
      return Number.isInteger(value) ? String(value) : match[0];
    },
    _read_year: (match) => [...match[0]].map((sign) => rules.text.DIGITS[sign]).join(""),
    _drop_commas: (match) => match[0].replaceAll(",", ""),
  };
  const edits = rules.text.EDITS.map(([text, written]) => [pattern(text, "g"), readers[written] ?? (() => written)]);

  function fold(text) {
    const plain = text.replace(withoutWidth, "").normalize("NFKC").toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ");
    return plain.normalize("NFKC").replace(/\P{ASCII}/gu, (sign) => forms.get(sign) ?? sign);
  }

  const replaceAll = (text, [found, write]) => text.replace(found, (...match) => write(match.slice(0, match.findIndex(Number.isInteger))));
  const normalise = cached((text) => edits.reduce(replaceAll, fold(text)));

  function readNumber(text, units) {
    for (const [i, unit] of [...units].entries()) {
      const place = text.indexOf(unit);
      if (place < 0) continue;
      const [head, tail] = [text.slice(0, place), text.slice(place + 1)];
      const isSmall = rules.text.SMALL.includes(unit), size = rules.text.SIZES[unit];
      const times = head ? readNumber(head, isSmall ? "" : rules.text.SMALL) : isSmall ? 1 : undefined;
      const rest = tail ? readNumber(tail, units.slice(i + 1)) : 0;
      const value = times * size + rest, nearest = Math.round(value); // 1.1 * 10000 is not quite 11000
      return times && rest < size ? (Math.abs(value - nearest) < 1e-6 ? nearest : value) : undefined;
    }
    const digits = rules.text.DIGITS[text] ?? text;
    return number.test(digits) ? Number(digits) : undefined;
  }

  /* For each place in the key of a text, [start, end] in the text that it was made from; undefined where that cannot be told. */
  function findPlaces(text, key) {
    const starts = [...text.matchAll(pattern(`(?!\\p{M}|${rules.text.JOINS_BEFORE})[^]|^[^]`, "g"))].map((match) => match.index);
    let folded = "", places = [];
    for (const [i, start] of starts.entries()) {
      const end = starts[i + 1] ?? text.length, part = fold(text.slice(start, end));
      folded += part;
      places.push(...Array(part.length).fill([start, end]));
    }
    for (const [found, write] of folded === key ? [] : edits) {
      for (const match of [...folded.matchAll(found)].reverse()) {
        const end = match.index + match[0].length, place = [places[match.index]?.[0], places[end - 1]?.[1]];
        places.splice(match.index, match[0].length, ...Array(write([...match]).length).fill(place));
      }
      folded = replaceAll(folded, [found, write]);
    }
    return folded === key ? places : undefined;
  }

  // Tokens.

  const run = pattern(rules.text.RUN, "g");
  const runs = (text) => normalise(text).match(run) ?? [];

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
    const found = tokens(cut), last = cut.at(-1), length = [...last].length;
    if (isLetters(last) && length > 1) found.pop();
    const alone = isLetters(last) && length === 1 && !(cut.length > 1 && isDigits(cut.at(-2)));
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

  /* A token that no text can make, for a text as a whole. */
  function hashed(kind, text) {
    let crc = ~0;
    for (const byte of new TextEncoder().encode(runs(text).join(""))) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return kind + (~crc >>> 0).toString(16).padStart(8, "0");
  }

  const named = (...tokens) => `names : ${tokens.length > 1 ? `(${tokens.map((token) => `"${token}"`).join(" OR ")})` : `"${tokens[0]}"`}`;

  // Kana.

  const lines = rules.kana.map((line) => line.split(/\s+/));
  const sounds = new Map([...lines.map(([kana, heard]) => [kana, heard]), ["ー", "ー"]]);
  const kanaOf = new Map([...lines.flatMap(([kana, , ...romans]) => romans.map((roman) => [roman, kana])), ["n", "ん"], ["n'", "ん"], ["ー", "ー"]]);
  const longest = (keys) => [...keys].sort((a, b) => b.length - a.length).join("|");
  const sounded = pattern(`${longest(sounds.keys())}|[^]`, "g"), spelt = pattern(`${longest(kanaOf.keys())}|([kstcpgzdbfhjmr])(?=\\1)`, "g");
  const shifted = (text, signs, by) => text.replace(signs, (sign) => String.fromCharCode(sign.charCodeAt() + by));
  const toHiragana = (text) => shifted(text, /[ァ-ヶ]/g, -0x60);
  const toKatakana = (text) => shifted(text, /[ぁ-ゖ]/g, 0x60);
  const isKana = (text) => /^[ぁ-ゖァ-ヺー]+$/.test(text);
  const hasKanji = (text) => /[々一-鿿]/.test(text);

  const sound = cached((kana) => toHiragana(kana.normalize("NFKC")).replace(sounded, (sign) => sounds.get(sign) ?? "")
    .replace(/([aiue])(?:\1|ー)+|(o)(?:[ou]|ー)+|ー/g, (_, vowel, o) => vowel ?? o ?? ""));

  function romajiToKana(text) {
    const roman = text.toLowerCase().normalize("NFD").replace(/(?<=[aiueo])[\u0302\u0304]/g, "ー").replaceAll("tch", "cch")
      .replace(/m(?=[bpm])/g, "n").replace(/oh(?=[^aiueoy]|$)/g, "oー").replaceAll("-", "ー");
    if (!/^[a-z][a-z'ー]*$/.test(roman)) return null;
    const kana = roman.replace(spelt, (sign) => kanaOf.get(sign) ?? "っ");
    return isKana(kana) ? kana : null;
  }

  // Fiscal years.

  const eras = rules.fiscal_year.ERAS, yearPart = whole(rules.fiscal_year.YEAR), lastEra = eras.at(-1);
  const lastYear = lastEra.first_year + lastEra.years - 1;

  function nameYear(year) {
    const era = eras.findLast((era) => era.first_year <= year), counted = year - era.first_year + 1;
    return { long: `${era.name}${counted === 1 ? "元" : counted}年度`, short: `${era.letter}${counted}` };
  }

  function readFiscalYears(text) {
    const halved = text.replace(/[！-～]/g, (sign) => String.fromCharCode(sign.charCodeAt() - 0xfee0)).replaceAll("〜", "~");
    const plain = halved.replace(/(?<![0-9\s])\s+|\s+(?![0-9\s])/g, "").toUpperCase();
    const parts = plain.split(pattern(`(${rules.fiscal_year.SEPARATOR})`)), years = [];
    let before = null;
    for (let i = 0; i < parts.length; i += 2) {
      const { era, number } = yearPart.exec(parts[i])?.groups ?? {};
      if (!number) return [];
      const named = era ? eras.find(({ name, letter }) => [name, letter].includes(era.replace(/\s/g, ""))) : number.length === 4 ? null : before;
      const counted = number === "元" ? 1 : Number(number), year = named ? named.first_year + counted - 1 : counted;
      if (named ? number.length > 2 || counted < 1 || counted > named.years : year < eras[0].first_year || year > lastYear) return [];
      const from = i && "~-".includes(parts[i - 1]) ? years.at(-1) + 1 : year;
      if (from > year + 1) return [];
      for (let each = from; each <= year; each++) years.push(each);
      before = named;
    }
    return unique(years);
  }

  function readYears(key) {
    const full = key.replace(pattern(rules.query.ABOUT_YEAR, "g"), "").replace(/^(令|平|昭)(?=[0-9元])/, (era) => rules.query.ERA[era]);
    return /^(?:令和|平成|昭和|[rhs](?=[0-9元])|[0-9]{4}(?![0-9]))/.test(full) ? readFiscalYears(full) : [];
  }

  function readYear(text) {
    const years = readYears(normalise(text).trim());
    return years.length === 1 ? years[0] : null;
  }

  // Queries.

  const code = whole(rules.query.CODE);
  const plainQuery = (text) => text.replace(/[\x00-\x1f\x7f]/g, " ").replace(/[＂“”„‟〝〞〟]/g, '"');
  const cutWords = (text) => [...text.matchAll(pattern(rules.query.WORD, "g"))].map((match) => match.groups);

  function readCode(text, prefixes) {
    const [, letters, digits] = code.exec(normalise(text).trim()) ?? [];
    const prefix = letters && prefixes.find((prefix) => normalise(prefix) === letters);
    return prefix ? `${prefix}-${Number(digits)}` : null;
  }

  /* The words of a query, each with text, key, excluded, exact, years and code; null where there are too many. */
  function readQuery(typed, prefixes) {
    const text = plainQuery([...typed].slice(0, rules.query.MAX_LENGTH).join("")), whole = readCode(text, prefixes);
    if (cutWords(plainQuery(typed)).length > rules.query.MAX_WORDS) return null;
    if (whole && !text.includes('"')) {
      return [{ text: text.trim().split(/\s+/).join(" "), key: normalise(whole), years: [], code: whole }];
    }
    return cutWords(text).map(({ minus, phrase, word }) => {
      const exact = phrase !== undefined, text = (phrase ?? word).trim(), key = normalise(text);
      return { text, key, excluded: Boolean(minus), exact, years: exact ? [] : readYears(key), code: exact ? null : readCode(text, prefixes) };
    }).filter((word) => runs(word.key).length);
  }

  return {
    findPlaces, hashed, cached, hasKanji, isKana, nameYear, named, needle, normalise, pattern, phrase, readQuery, readYear, romajiToKana, runs,
    sound, take, toHiragana, toKatakana, unique, whole,
  };

  /* The first of what a generator gives. */
  function take(values, most) {
    const taken = [];
    if (most) for (const value of values) if (taken.push(value) >= most) break;
    return taken;
  }
};
