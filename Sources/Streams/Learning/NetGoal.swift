/// What a net is to answer, and what a target is.
public enum NetGoal: Hashable, Sendable {
    /// One of so many classes; a target is the number of the class.
    case classes(Int)
    /// Numbers; a target has as many as an answer.
    case numbers
    /// Its own input again; a target has no numbers.
    case reconstruction
}

extension NetGoal: StreamState {
    public func write(to writer: inout StateWriter) {
        switch self {
        case .classes(let count): writer.write(count)
        case .numbers: writer.write(0)
        case .reconstruction: writer.write(-1)
        }
    }

    public init(from reader: inout StateReader) throws {
        switch try reader.int("goal", in: -1...1 << 20) {
        case -1: self = .reconstruction
        case 0: self = .numbers
        case let count:
            try reader.require(count >= 2, "goal", "has one class")
            self = .classes(count)
        }
    }
}
