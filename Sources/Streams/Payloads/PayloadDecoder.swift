/// Turns the bytes of a message into rows of a batch.
///
/// A message holds one event or several. It is taken as a whole: one that cannot be used leaves the batch as it was. Whatever the bytes, a
/// decoder throws or appends rows; what it keeps between messages is bounded.
public protocol PayloadDecoder: Sendable {
    /// The columns of the rows; the batch must have the same.
    var schema: EventSchema { get }

    /// Appends the events of a message. The row of event number `i` stands at `origin.place` plus `i`.
    ///
    /// - Returns: how many events it held.
    /// - Throws: `StreamError` with the reason, such as `json 'temperature': expected a number, found a text`.
    mutating func decode(_ payload: UnsafeRawBufferPointer, from origin: PayloadOrigin, into batch: inout EventBatch) throws -> Int
}

extension PayloadDecoder {
    public mutating func decode(_ payload: [UInt8], from origin: PayloadOrigin, into batch: inout EventBatch) throws -> Int {
        try payload.withUnsafeBytes { try decode($0, from: origin, into: &batch) }
    }
}
