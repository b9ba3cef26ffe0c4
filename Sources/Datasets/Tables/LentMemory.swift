import CArrow

/// Memory that the shim borrows for a batch.
final class LentMemory {
    private var blocks: [UnsafeMutableRawPointer] = []
    /// Something else that has to stay alive.
    private let owner: AnyObject?

    init(owner: AnyObject? = nil) { self.owner = owner }

    deinit { for block in blocks { block.deallocate() } }

    func block<Element>(of values: [Element]) -> UnsafeRawPointer {
        let bytes = values.count * MemoryLayout<Element>.stride
        let block = UnsafeMutableRawPointer.allocate(byteCount: max(64, bytes), alignment: 64)
        values.withUnsafeBytes { if bytes > 0 { block.copyMemory(from: $0.baseAddress!, byteCount: bytes) } }
        blocks.append(block)
        return UnsafeRawPointer(block)
    }

    /// Takes over a block that was allocated elsewhere.
    func adopt(_ block: UnsafeMutableRawPointer) { blocks.append(block) }

    func pointers<Element>(_ values: [Element]) -> UnsafeMutablePointer<Element> {
        let block = UnsafeMutablePointer<Element>.allocate(capacity: max(1, values.count))
        block.initialize(from: values, count: values.count)
        blocks.append(UnsafeMutableRawPointer(block))
        return block
    }

    /// An array over this memory, which lives until the array is released.
    func array(
        length: Int, nullCount: Int = -1, offset: Int = 0, buffers: [UnsafeRawPointer?],
        children: UnsafeMutablePointer<UnsafeMutablePointer<ArrowArray>?>? = nil, childCount: Int = 0
    ) -> ArrowArray {
        ArrowArray(
            length: Int64(length), null_count: Int64(nullCount), offset: Int64(offset), n_buffers: Int64(buffers.count),
            n_children: Int64(childCount), buffers: pointers(buffers), children: children, dictionary: nil,
            release: { array in
                guard let array, let owner = array.pointee.private_data else { return }
                for place in 0..<Int(array.pointee.n_children) {
                    let child = array.pointee.children[place]!
                    child.pointee.release?(child)
                }
                array.pointee.release = nil
                Unmanaged<LentMemory>.fromOpaque(owner).release()
            }, private_data: Unmanaged.passRetained(self).toOpaque())
    }
}
