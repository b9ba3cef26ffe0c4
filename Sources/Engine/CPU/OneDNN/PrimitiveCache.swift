import COneDNN

extension OneDNN {
    /// Everything that decides what a primitive computes and how.
    struct PrimitiveKey: Hashable, Sendable {
        let operation: String
        let descriptors: [Descriptor?]
        var integers: [Int] = []
        var scalars: [Float] = []
        var attributes = Attributes()
    }

    /// The primitives made so far; the one unused for longest leaves when there are too many.
    struct PrimitiveCache {
        let capacity: Int
        private var entries: [PrimitiveKey: (primitive: Primitive, lastUse: Int)] = [:]
        private var uses = 0

        init(capacity: Int) { self.capacity = capacity }

        var count: Int { entries.count }

        mutating func find(_ key: PrimitiveKey) -> Primitive? {
            uses += 1
            entries[key]?.lastUse = uses
            return entries[key]?.primitive
        }

        /// Stores a primitive unless another thread was faster, and returns the one that stays.
        mutating func store(_ primitive: Primitive, for key: PrimitiveKey) -> Primitive {
            if let first = find(key) { return first }
            if entries.count >= capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
                entries[oldest.key] = nil
            }
            entries[key] = (primitive, uses)
            return primitive
        }
    }

    /// The primitive of that key, made on first use.
    ///
    /// `plan` writes a native primitive descriptor made with the given native attributes and returns the status.
    func primitive(
        _ key: PrimitiveKey, plan: (inout OpaquePointer?, OpaquePointer) throws(Failure) -> Int32
    ) throws(Failure) -> Primitive {
        if let known = cache.withLock({ $0.find(key) }) { return known }
        OneDNN.stayOnThisThread()
        let attributes = try native(key.attributes)
        let owned = try Owned(
            "\(key.operation) \(key.descriptors.compactMap(\.self))", destroy: functions.pointee.primitive_desc_destroy
        ) { (pointer: inout OpaquePointer?) throws(Failure) -> Int32 in try plan(&pointer, attributes.pointer) }
        // Made outside the lock: it takes up to a millisecond, and two threads that make the same one do no harm.
        let made = try Primitive(self, key.operation, owned, key.attributes)
        return cache.withLock { $0.store(made, for: key) }
    }
}
