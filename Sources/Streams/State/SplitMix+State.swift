public import Learning

extension SplitMix: StreamState {
    public func write(to writer: inout StateWriter) { writer.write(state) }
    public init(from reader: inout StateReader) throws { self.init(seed: try reader.number(UInt64.self, "random state")) }
}
