#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The fields that are wanted, found one name after the other: the column `gps.lat` is the field `lat` inside of `gps`, or a field with a dot
/// in its name.
///
/// Events of one device have the same fields in the same order, so the field that came at this point of the event before is tried first.
struct FieldTree {
    /// A name on the way to a column; 0 is the event itself.
    typealias Node = Int32

    private struct Entry {
        let parent: Node
        let name: Range<Int>
        var target: FieldTarget?
        var hasChildren = false
    }

    static let root: Node = 0
    private var entries = [Entry(parent: -1, name: 0..<0)]
    private var names: [UInt8] = []
    /// Nodes by the hash of parent and name; 0 where there is none. Half of it at most is taken.
    private var table: [Node] = []
    /// The node that was found at each step of the event before, 0 where none was.
    private var guesses: [Node] = []
    private var step = 0

    /// Most parts of a dotted name.
    private static let mostParts = 16
    private static let mostGuesses = 4096

    /// - Throws: `StreamError` where two fields have one name.
    init(_ fields: [(name: String, target: FieldTarget)]) throws {
        var places: [Node: [[UInt8]: Node]] = [:]
        for (name, target) in fields {
            let bytes = Array(name.utf8)
            var node = Self.root, from = 0, parts = 1
            while true {
                try set(target, at: add(bytes[from...], to: node, &places), name)
                guard parts < Self.mostParts, let dot = bytes[from...].firstIndex(of: UInt8(ascii: ".")) else { break }
                node = add(bytes[from..<dot], to: node, &places)
                (from, parts) = (dot + 1, parts + 1)
            }
        }
        var size = 16
        while size < 2 * entries.count { size *= 2 }
        table = Array(repeating: 0, count: size)
        for node in entries.indices.dropFirst() {
            var slot = names.withUnsafeBytes { memory in
                self.slot(entries[node].parent, UnsafeRawBufferPointer(rebasing: memory[entries[node].name]))
            }
            while table[slot] != 0 { slot = (slot + 1) & (size - 1) }
            table[slot] = Node(node)
        }
    }

    private mutating func add(_ name: ArraySlice<UInt8>, to parent: Node, _ places: inout [Node: [[UInt8]: Node]]) -> Node {
        let key = Array(name)
        if let node = places[parent]?[key] { return node }
        let node = Node(entries.count)
        entries.append(Entry(parent: parent, name: names.count..<names.count + key.count))
        names.append(contentsOf: key)
        entries[Int(parent)].hasChildren = true
        places[parent, default: [:]][key] = node
        return node
    }

    private mutating func set(_ target: FieldTarget, at node: Node, _ name: String) throws {
        guard entries[Int(node)].target == nil else { throw StreamError("payload", "two fields have this name", at: name) }
        entries[Int(node)].target = target
    }

    func target(_ node: Node) -> FieldTarget? { entries[Int(node)].target }
    func hasChildren(_ node: Node) -> Bool { entries[Int(node)].hasChildren }

    /// An event begins.
    mutating func begin() { step = 0 }

    /// The field of this name inside of another one; nil where nobody wants it.
    @inline(__always)
    mutating func child(of parent: Node, _ name: UnsafeRawBufferPointer) -> Node? {
        let step = step
        self.step = step &+ 1
        if step < guesses.count {
            let guess = guesses[step]
            if guess != 0, entries[Int(guess)].parent == parent, isName(name, of: guess) { return guess }
        }
        return search(parent, name, step)
    }

    private mutating func search(_ parent: Node, _ name: UnsafeRawBufferPointer, _ step: Int) -> Node? {
        var found: Node = 0, slot = slot(parent, name)
        while table[slot] != 0 {
            let node = table[slot]
            if entries[Int(node)].parent == parent, isName(name, of: node) {
                found = node
                break
            }
            slot = (slot + 1) & (table.count - 1)
        }
        if step < guesses.count {
            guesses[step] = found
        } else if step == guesses.count, step < Self.mostGuesses {
            guesses.append(found)
        }
        return found == 0 ? nil : found
    }

    @inline(__always)
    private func isName(_ name: UnsafeRawBufferPointer, of node: Node) -> Bool {
        let place = entries[Int(node)].name
        guard place.count == name.count, let start = name.baseAddress else { return place.count == name.count }
        return names.withUnsafeBytes { memcmp($0.baseAddress! + place.lowerBound, start, name.count) == 0 }
    }

    private func slot(_ parent: Node, _ name: UnsafeRawBufferPointer) -> Int {
        var hash = 0xcbf2_9ce4_8422_2325 ^ UInt64(UInt32(bitPattern: parent))
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32) & (table.count - 1)
    }

    /// The dotted name of a node, for messages.
    func path(_ node: Node) -> String {
        let entry = entries[Int(node)]
        let name = String(decoding: names[entry.name], as: UTF8.self)
        return entry.parent <= 0 ? name : path(entry.parent) + "." + name
    }
}
