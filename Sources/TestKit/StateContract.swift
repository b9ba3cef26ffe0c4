import Learning
public import Streams

/// What every state that a checkpoint holds has to keep to.
public enum StateContract {
    /// What is wrong with a state's bytes, in words; nil for a good one.
    ///
    /// The state is written and read again; bytes that are cut, longer or changed at random are refused or make a value that can be used.
    ///
    /// - Parameters:
    ///   - rounds: how many changed copies of the bytes are tried.
    ///   - use: what a value that was read must bear.
    public static func violation<State: StreamState>(of state: State, rounds: Int = 300, seed: UInt64 = 7, use: (inout State) -> Void)
        -> String?
    {
        let bytes = state.stateBytes
        do {
            let back = try State(stateBytes: bytes)
            guard back.stateBytes == bytes else { return "other bytes after reading" }
            guard try State(sealed: state.sealed).stateBytes == bytes else { return "other bytes after opening the seal" }
        } catch {
            return "its own bytes are refused: \(error)"
        }
        var random = SplitMix(seed: seed)
        for length in Set([0, 1, bytes.count - 1] + (0..<50).map { _ in random.below(bytes.count) })
        where length < bytes.count && length >= 0 {
            if (try? State(stateBytes: Array(bytes.prefix(length)))) != nil {
                return "the first \(length) of \(bytes.count) bytes are accepted"
            }
        }
        if (try? State(stateBytes: bytes + [0])) != nil { return "a byte too many is accepted" }
        var sealed = state.sealed
        sealed[random.below(sealed.count)] ^= 1 << UInt8(random.below(8))
        if (try? State(sealed: sealed)) != nil { return "a changed bit under the seal is accepted" }
        for round in 0..<rounds {
            var changed = bytes
            // Changes near the beginning reach lengths and settings, which a uniform choice would seldom hit in a large state.
            for _ in 0...random.below(3) {
                let place = random.below(random.below(2) == 0 ? bytes.count : min(bytes.count, 400))
                changed[place] = round % 3 == 0 ? UInt8.max : UInt8(random.below(256))
            }
            if var state = try? State(stateBytes: changed) { use(&state) }
        }
        return nil
    }
}
