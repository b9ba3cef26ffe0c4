import CArrow
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How a column lies in memory, in the notation of the Arrow C data interface.
struct Layout: Sendable, Hashable {
    var name: String
    var format: String
    var flags: Int64 = 2
    var children: [Layout] = []
    /// The one element is the layout of the dictionary's values; an array, because a value cannot contain itself.
    private var values: [Layout] = []

    var dictionary: Layout? { values.first }

    init(_ name: String, _ format: String) {
        self.name = name
        self.format = format
    }

    init(_ schema: ArrowSchema) {
        name = schema.name.map { String(cString: $0) } ?? ""
        format = String(cString: schema.format)
        flags = schema.flags
        children = (0..<Int(schema.n_children)).map { Layout(schema.children[$0]!.pointee) }
        values = schema.dictionary.map { [Layout($0.pointee)] } ?? []
    }

    /// Batches of columns.
    init(columns: [Layout]) {
        self.init("", "+s")
        flags = 0
        children = columns
    }

    /// A schema for the shim, which releases it.
    func exported() -> ArrowSchema {
        let boxes = UnsafeMutablePointer<UnsafeMutablePointer<ArrowSchema>?>.allocate(capacity: max(1, children.count))
        for (place, child) in children.enumerated() {
            boxes[place] = .allocate(capacity: 1)
            boxes[place]!.initialize(to: child.exported())
        }
        var dictionary: UnsafeMutablePointer<ArrowSchema>?
        if let values = values.first {
            dictionary = .allocate(capacity: 1)
            dictionary!.initialize(to: values.exported())
        }
        return ArrowSchema(
            format: UnsafePointer(strdup(format)), name: UnsafePointer(strdup(name)), metadata: nil, flags: flags,
            n_children: Int64(children.count), children: boxes, dictionary: dictionary,
            release: { schema in
                guard let schema else { return }
                free(UnsafeMutablePointer(mutating: schema.pointee.format))
                free(UnsafeMutablePointer(mutating: schema.pointee.name))
                for place in 0..<Int(schema.pointee.n_children) {
                    let child = schema.pointee.children[place]!
                    child.pointee.release?(child)
                    child.deallocate()
                }
                schema.pointee.children.deallocate()
                if let values = schema.pointee.dictionary {
                    values.pointee.release?(values)
                    values.deallocate()
                }
                schema.pointee.release = nil
            }, private_data: nil)
    }
}

extension Layout {
    /// Whether values of the other layout can stand under this one: all but the flags is the same.
    func fits(_ other: Layout) -> Bool {
        name == other.name && format == other.format && children.count == other.children.count
            && zip(children, other.children).allSatisfy { $0.fits($1) }
            && (dictionary.map { mine in other.dictionary.map { mine.format == $0.format } ?? false } ?? (other.dictionary == nil))
    }
}
