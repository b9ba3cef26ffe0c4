@testable import Datasets

/// Damages valid files in many small ways: a parser has to answer each with a value or a `DatasetError`, never with a trap.
///
/// - Returns: how many of the damaged files were refused.
func fuzz(_ valid: [UInt8], rounds: Int, seed: UInt64 = 1, _ parse: ([UInt8]) throws -> Void) -> (refused: Int, foreign: (any Error)?) {
    var refused = 0
    var foreign: (any Error)?
    for round in 0..<rounds {
        var random = SampleRandom(seed: seed, epoch: round, sample: 0)
        var bytes = valid
        for _ in 0...random.below(4) {
            guard !bytes.isEmpty else { break }
            let place = random.below(bytes.count)
            switch random.below(7) {
            case 0: bytes.removeLast(random.below(bytes.count))
            case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 2: bytes[place] ^= 1 << UInt8(random.below(8))
            case 3: bytes[place] = [0, 0xff, 0x7f, 0x80, 0x2c, 0x0a, 0x2d][random.below(7)]
            case 4: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
            case 5: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(8)))
            default: for offset in 0..<min(4, bytes.count - place) { bytes[place + offset] = 0xff }
            }
        }
        do { try parse(bytes) } catch is DatasetError { refused += 1 } catch { foreign = error }
    }
    return (refused, foreign)
}
