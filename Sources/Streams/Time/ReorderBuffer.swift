/// Keeps events until nothing earlier is expected, and then gives them in the order of their times; equal ones in that of their places.
///
/// Memory: `capacity` rows. Time: the logarithm of the number of waiting events for each.
struct ReorderBuffer: Sendable {
    private struct Entry: Comparable, Sendable {
        let time: Int64
        let place: SourcePlace
        let slot: Int

        static func < (a: Self, b: Self) -> Bool { a.time == b.time ? a.place < b.place : a.time < b.time }
    }

    let schema: EventSchema
    let capacity: Int
    private var heap = MinHeap<Entry>()
    private var free: [Int] = []
    private var devices: [String] = []
    private var numbers: [Double] = []
    private var texts: [String?] = []

    init(_ schema: EventSchema, capacity: Int) {
        self.schema = schema
        self.capacity = capacity
    }

    var count: Int { heap.count }
    var isFull: Bool { heap.count == capacity }
    /// The time of the earliest event that waits.
    var earliest: Int64? { heap.first?.time }

    mutating func push(_ batch: EventBatch, _ row: Int) {
        let columns = schema.numbers.count, words = schema.texts.count
        let slot: Int
        if let unused = free.popLast() {
            slot = unused
            devices[slot] = batch.devices[row]
            for column in 0..<columns { numbers[slot * columns + column] = batch.number(row, column) }
            for word in 0..<words { texts[slot * words + word] = batch.text(row, word) }
        } else {
            slot = devices.count
            devices.append(batch.devices[row])
            for column in 0..<columns { numbers.append(batch.number(row, column)) }
            for word in 0..<words { texts.append(batch.text(row, word)) }
        }
        heap.push(Entry(time: batch.times[row], place: batch.places[row], slot: slot))
    }

    /// Moves the earliest event.
    mutating func pop(into batch: inout EventBatch) {
        guard let entry = heap.pop() else { return }
        copy(entry, into: &batch)
        free.append(entry.slot)
    }

    private func copy(_ entry: Entry, into batch: inout EventBatch) {
        let columns = schema.numbers.count, words = schema.texts.count
        batch.append(device: devices[entry.slot], time: entry.time, at: entry.place)
        for column in 0..<columns { batch.setNumber(column, numbers[entry.slot * columns + column]) }
        for word in 0..<words { if let text = texts[entry.slot * words + word] { batch.setText(word, text) } }
    }

    /// The waiting events in their order.
    var waiting: EventBatch {
        var batch = EventBatch(schema)
        for entry in heap.elements.sorted() { copy(entry, into: &batch) }
        return batch
    }
}
