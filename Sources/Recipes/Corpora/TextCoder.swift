import Datasets
import Engine
import Formats

/// Turns texts into rows of numbers: first the words, then the buckets of word pairs and of the words' character n-grams.
///
/// Word 0 is padding and 1 is a word not seen in training. N-grams of 2 to 5 characters, with a space at either end of a word, are
/// hashed into buckets (Bojanowski et al.: Enriching word vectors with subword information, 2017); bucket 0 is padding.
public struct TextCoder: Sendable {
    static let buckets = 1 << 17
    let length: Int
    let grams: Int
    private let words: [String]
    private let numbers: [String: Int32]

    /// - Parameter texts: of the training part, in which words are divided by spaces.
    init(_ texts: [String], length: Int, grams: Int) {
        var seen: [String: Int32] = [:], words: [String] = []
        for text in texts {
            for word in Self.split(text) where seen[word] == nil {
                seen[word] = Int32(words.count + 2)
                words.append(word)
            }
        }
        (self.length, self.grams, self.words, numbers) = (length, grams, words, seen)
    }

    /// Numbers in a row.
    var width: Int { length + grams }
    /// Words with padding and the unknown one.
    var wordCount: Int { words.count + 2 }

    /// i32 [texts, width].
    func rows(_ texts: [String]) -> HostArray {
        var values = [Int32](repeating: 0, count: texts.count * width)
        for (row, text) in texts.enumerated() {
            let words = Self.split(text)
            for (place, word) in words.prefix(length).enumerated() { values[row * width + place] = numbers[word] ?? 1 }
            for (place, bucket) in Self.buckets(of: words).prefix(grams).enumerated() { values[row * width + length + place] = bucket }
        }
        return HostArray(values, [texts.count, width])
    }

    /// Replaces this share of the words by the unknown one.
    func forgetWords(_ share: Float, in batch: inout HostBatch, seed: UInt64) throws {
        let (width, length, samples, epoch) = (width, length, batch.samples, batch.epoch)
        try batch.update("inputs") { array in
            array.withMutableElements(of: Int32.self) { values in
                for (row, sample) in samples.enumerated() {
                    var random = SampleRandom(seed: seed, epoch: epoch, sample: sample)
                    for place in row * width..<row * width + length where values[place] > 1 && random.chance(share) { values[place] = 1 }
                }
            }
        }
    }

    /// How the texts of a bundle are coded, as `init` reads it.
    var description: JSON {
        [
            "kind": "text", "version": JSON(Preparation.version), "characters": "bytes", "length": JSON(length), "grams": JSON(grams),
            "buckets": JSON(Self.buckets),
            "words": .array(words.map(JSON.string)),
        ]
    }

    /// - Throws: if the numbers are none that `description` writes, or a word stands there twice.
    init(_ stored: JSON) throws {
        guard stored["characters"]?.string == "bytes", let length = stored["length"]?.int, (1...1 << 16).contains(length),
            let grams = stored["grams"]?.int, (0...1 << 20).contains(grams), stored["buckets"]?.int == Self.buckets,
            let words = stored["words"]?.array?.compactMap(\.string), words.count == stored["words"]?.array?.count,
            Set(words).count == words.count
        else { throw RecipeError("run", "the coding of its texts is damaged, or of another kind") }
        self.init(words, length: length, grams: grams)
        guard self.words == words else { throw RecipeError("run", "the words of its texts are damaged") }
    }

    /// A text as the corpora are read: every byte is a character.
    static func text(ofBytes bytes: [UInt8]) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
        return String(scalars)
    }

    func hasWords(_ text: String) -> Bool { !Self.split(text).isEmpty }

    private static func split(_ text: String) -> [String] { text.lowercased().split(separator: " ").map(String.init) }

    /// Each n-gram once, in the order in which they first appear.
    private static func buckets(of words: [String]) -> [Int32] {
        var seen: Set<Int32> = [], result: [Int32] = []
        func add(_ bytes: some Sequence<UInt8>) {
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            let bucket = Int32(1 + (hash ^ hash >> 32) % UInt64(buckets - 1))
            if seen.insert(bucket).inserted { result.append(bucket) }
        }
        for word in words {
            let letters = [" "] + word.unicodeScalars.map { String($0) } + [" "]
            for size in 2...5 where size <= letters.count {
                for start in 0...letters.count - size { add(letters[start..<start + size].joined().utf8) }
            }
        }
        for word in words { add("#\(word)".utf8) }
        for (left, right) in zip(words, words.dropFirst()) { add("\(left)_\(right)".utf8) }
        return result
    }
}
