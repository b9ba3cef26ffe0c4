/// Which stretches of time are put together. All spans are in microseconds; a window holds its start but not its end.
public enum WindowShape: Sendable, Hashable {
    /// Windows of `length`, one behind the other; one begins at `offset`.
    case tumbling(Int64, offset: Int64 = 0)
    /// Windows of `length` that begin every `step`; one begins at `offset`. The length is a multiple of the step.
    case sliding(Int64, step: Int64, offset: Int64 = 0)
    /// Events with no pause of `gap` or more between them; a session is cut when it has lasted `most`.
    case session(gap: Int64, most: Int64)

    /// Panes of a sliding window, at most.
    public static let mostPanes: Int64 = 10_000

    /// Most microseconds of a span: some thirty thousand years.
    static let longest: Int64 = 1 << 60

    var isUsable: Bool {
        let spans = 1...Self.longest
        return switch self {
        case .tumbling(let length, let offset): spans.contains(length) && offset.magnitude <= Self.longest
        case .sliding(let length, let step, let offset):
            spans.contains(length) && spans.contains(step) && length % step == 0 && length / step <= Self.mostPanes
                && offset.magnitude <= Self.longest
        case .session(let gap, let most): spans.contains(gap) && spans.contains(most) && gap <= most
        }
    }

    /// The start of the pane that holds a moment, and the panes' length; a session's pane begins with its first event.
    func pane(of time: Int64) -> (start: Int64, length: Int64) {
        switch self {
        case .tumbling(let length, let offset), .sliding(_, let length, let offset):
            let place = (time - offset) % length
            return (time - (place < 0 ? place + length : place), length)
        case .session(let gap, _): return (time, gap)
        }
    }
}

extension WindowShape: StreamState {
    public func write(to writer: inout StateWriter) {
        let numbers: [Int64] =
            switch self {
            case .tumbling(let length, let offset): [0, length, length, offset]
            case .sliding(let length, let step, let offset): [1, length, step, offset]
            case .session(let gap, let most): [2, gap, most, 0]
            }
        writer.write(numbers)
    }

    public init(from reader: inout StateReader) throws {
        let numbers = try reader.numbers(Int64.self, "window", count: 4)
        switch numbers[0] {
        case 0: self = .tumbling(numbers[1], offset: numbers[3])
        case 1: self = .sliding(numbers[1], step: numbers[2], offset: numbers[3])
        default: self = .session(gap: numbers[1], most: numbers[2])
        }
        let shape = self
        try reader.require((0...2).contains(numbers[0]) && shape.isUsable, "window", "has impossible spans")
    }
}
