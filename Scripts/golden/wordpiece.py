"""Texts cut by the `tokenizers` library as BERT cuts them: Tests/DatasetsTests/Golden/wordpiece.jsonl.

The first line is the vocabulary; each further line a text with its tokens, uncased and cased, and the numbers of a pair with the text before.
"""

import json
import random
from pathlib import Path

from tokenizers import BertWordPieceTokenizer

pieces = (
    "the a an of and to in is it un aff able run ning ##ning ##aff ##able ##s ##ed ##ing ##er play walk wal mill race ##race ##mill café cafe naive "
    "resume ##e ##é paris berlin tokyo 中 文 国 人 你 好 日 本 東 京 한 ##국 ᄒ ##ᅡ ##ᆫ ά α ##β ##γ λόγος λογος σ ##ς ##σ я при ##вет мир ё е й и "
    "1 ##0 ##1 20 ##20 0 . , ! ? ' \" - ( ) [ ] $ + < = > ^ ` | ~ @ # % & * / \\ _ « » “ ” ’ … — 。 ， ！ ？ 、 · º ª ﬁ ##ﬁ i ##̇ i̇ ss ß ##ß ı æ ø ##ø"
).split()
letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
for piece in pieces + letters + ["##" + letter for letter in letters] + ["The", "Paris", "T", "##H", "É", "Ä", "A"]:
    if piece not in vocabulary:
        vocabulary.append(piece)

texts = [
    "The unaffable millrace, running!",
    "Café NAÏVE résumé — déjà vu…",
    "你好，世界! 中文and英文mixed 東京。",
    "한국어 텍스트",
    "ΛΌΓΟΣ λόγος ΑΣ ς",
    "Привет, мир! Ёлка й",
    "tabs\tand\nlines\r\nand\u00a0no-break\u2003spaces\u3000wide",
    "zero\u200bwidth joi\u200dner soft\u00adhyphen \ufeffmark null\x00char \ufffd",
    "$5 + 3 < 10 = `x^2` | ~y~ a_b @you #tag 100% & *",
    "İstanbul ıI ﬁne ﬂow Straße ẞ Ǆ ŉ",
    "x" * 101 + " " + "y" * 100 + " z",
    "e\u0301 é E\u0301 ä̂ q\u0323\u0307 \u0344",
    "😀 emoji 👩‍👩‍👧 flags 🇩🇪 ⅷ ① ½",
    "",
    "   ",
    "line\u2028separator\u2029paragraph\x85next\x0bvertical\x0cform",
    "ｆｕｌｌ　ｗｉｄｔｈ，豈 𠀀𪜀 ㄱ ㈀ ゝカ゚",
    "عربى 12٣ हिन्दी ไทย עִבְרִית",
]
source = random.Random(5)
ranges = [(0x20, 0x7e), (0xa0, 0x17f), (0x300, 0x36f), (0x370, 0x3ff), (0x400, 0x45f), (0x1e00, 0x1fff), (0x2000, 0x206f), (0x3000, 0x30ff),
          (0x4e00, 0x4e40), (0xac00, 0xac80), (0xff00, 0xffef), (0x0, 0x1f), (0x7f, 0x9f), (0x2e80, 0x2eff), (0x1f600, 0x1f640), (0xe000, 0xe010)]  # fmt: skip
for _ in range(150):
    characters = []
    for _ in range(source.randrange(1, 24)):
        low, high = source.choice(ranges)
        characters.append(chr(source.randrange(low, high + 1)))
    texts.append("".join(characters))


def tokenizer(lowercase):
    numbers = {token: number for number, token in enumerate(vocabulary)}
    return BertWordPieceTokenizer(numbers, lowercase=lowercase, strip_accents=None, clean_text=True, handle_chinese_chars=True)


uncased, cased = tokenizer(True), tokenizer(False)
limited = tokenizer(True)
limited.enable_truncation(16, strategy="longest_first")
lines = [{"vocabulary": vocabulary}]
before = texts[0]
for text in texts:
    pair = limited.encode(before, text)
    lines.append(
        {
            "text": text,
            "uncased": uncased.encode(text, add_special_tokens=False).tokens,
            "cased": cased.encode(text, add_special_tokens=False).tokens,
            "before": before,
            "pair": pair.ids,
            "types": pair.type_ids,
        }
    )
    before = text

target = Path(__file__).resolve().parents[2] / "Tests/DatasetsTests/Golden/wordpiece.jsonl"
target.parent.mkdir(exist_ok=True)
target.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
print(f"wordpiece: {len(lines) - 1} texts, {target.stat().st_size} bytes")
