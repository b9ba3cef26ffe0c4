import Learning
public import Streams

/// What every decoder of messages has to keep to.
public enum PayloadContract {
    /// The names of the checks, in their order.
    public static let checks = ["good", "places", "repetition", "cut", "damage"]

    /// The checks that a decoder fails, with what was found; empty for a good one.
    ///
    /// - Parameters:
    ///   - subject: a decoder.
    ///   - payload: a message that it takes.
    ///   - rounds: how many changed copies of the message are tried.
    public static func violations(_ subject: any PayloadDecoder, _ payload: [UInt8], rounds: Int = 3000, seed: UInt64 = 5) -> [String] {
        let found: [String?] = [
            good(subject, payload), places(subject, payload), repetition(subject, payload), cut(subject, payload),
            damage(subject, payload, rounds, seed),
        ]
        return zip(checks, found).compactMap { check, found in found.map { "\(check): \($0)" } }
    }

    private static let origin = PayloadOrigin(device: "origin", time: 1_700_000_000_000_000, at: SourcePlace(part: 2, offset: 70))

    /// A batch that holds a row already.
    private static func batch(_ subject: any PayloadDecoder) -> EventBatch {
        var batch = EventBatch(subject.schema)
        batch.append(device: "before", time: 1, at: SourcePlace(offset: 0))
        return batch
    }

    /// Everything in a batch, to compare bit by bit.
    private static func content(_ batch: EventBatch) -> [AnyHashable] {
        [batch.devices, batch.times, batch.numbers.map(\.bitPattern), batch.texts, batch.places]
    }

    private static func good(_ subject: any PayloadDecoder, _ payload: [UInt8]) -> String? {
        var subject = subject, batch = batch(subject)
        do {
            let count = try subject.decode(payload, from: origin, into: &batch)
            return count == batch.count - 1 && count > 0 ? nil : "says \(count) events and appends \(batch.count - 1)"
        } catch {
            return "refuses its own message: \(error)"
        }
    }

    private static func places(_ subject: any PayloadDecoder, _ payload: [UInt8]) -> String? {
        var subject = subject, batch = batch(subject)
        guard let count = try? subject.decode(payload, from: origin, into: &batch) else { return "refuses its own message" }
        let wanted = (0..<UInt64(count)).map { SourcePlace(part: 2, offset: 70 + $0) }
        return Array(batch.places.dropFirst()) == wanted ? nil : "the rows do not stand one behind the other"
    }

    /// What came before makes no difference.
    private static func repetition(_ subject: any PayloadDecoder, _ payload: [UInt8]) -> String? {
        var fresh = subject, used = subject, first = batch(subject), second = batch(subject)
        guard (try? fresh.decode(payload, from: origin, into: &first)) != nil else { return "refuses its own message" }
        var random = SplitMix(seed: 1)
        for _ in 0..<50 {
            var other = batch(subject), changed = payload
            if !changed.isEmpty { changed[random.below(changed.count)] = UInt8(random.below(256)) }
            _ = try? used.decode(changed, from: origin, into: &other)
        }
        guard (try? used.decode(payload, from: origin, into: &second)) != nil else {
            return "refuses after bad messages what it took before"
        }
        return content(first) == content(second) ? nil : "other rows after other messages"
    }

    /// The beginning of a message is refused without a trace, or is a message itself.
    private static func cut(_ subject: any PayloadDecoder, _ payload: [UInt8]) -> String? {
        for length in payload.indices {
            if let found = trace(subject, Array(payload.prefix(length))) { return "the first \(length) bytes: \(found)" }
        }
        return nil
    }

    private static func damage(_ subject: any PayloadDecoder, _ payload: [UInt8], _ rounds: Int, _ seed: UInt64) -> String? {
        var random = SplitMix(seed: seed)
        guard !payload.isEmpty else { return nil }
        for round in 0..<rounds {
            var changed = payload
            for _ in 0...random.below(3) where !changed.isEmpty {
                let place = random.below(changed.count), end = min(changed.count, place + 1 + random.below(8))
                switch random.below(5) {
                case 0: changed[place] = UInt8(random.below(256))
                case 1: changed[place] ^= 1 << UInt8(random.below(8))
                case 2: changed.removeSubrange(place..<end)
                case 3: changed.insert(contentsOf: changed[place..<end], at: random.below(changed.count))
                default: for index in place..<end { changed[index] = 0xff }
                }
            }
            if let found = trace(subject, changed) { return "round \(round): \(found)" }
        }
        return nil
    }

    /// What a message left behind that it must not; it may be taken or refused.
    private static func trace(_ subject: any PayloadDecoder, _ payload: [UInt8]) -> String? {
        var subject = subject, batch = batch(subject)
        let before = content(batch)
        do {
            let count = try subject.decode(payload, from: origin, into: &batch)
            guard count == batch.count - 1 else { return "says \(count) events and appends \(batch.count - 1)" }
            while batch.count > 1 { batch.removeLast() }
        } catch let error as StreamError {
            if error.reason.isEmpty { return "an error without a reason" }
        } catch {
            return "an error of another kind: \(error)"
        }
        return content(batch) == before ? nil : "the batch is not what it was before"
    }
}
