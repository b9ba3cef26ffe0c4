import Engine
import Foundation

/// Citation graphs in two forms: the one of the LINQS group (`name.content`, `name.cites`) and rows of node numbers with sparse features.
public struct CitationGraph: Sendable {
    /// Undirected; with features f32[nodes, features] and labels.
    public let graph: Graph
    /// The nodes of each part where the folder states a split (`train`, `val`, `test`), else empty.
    public let split: [String: [Int]]

    /// - Parameter folder: with `name.content` and `name.cites`; or with `name.nodes.txt` and `name.edges.tsv` (each also with `.gz`) and
    ///   perhaps `name.split.json`, an object of lists of node numbers.
    public init(at folder: String, name: String) throws {
        let path = "\(folder)/\(name)"
        if let content = FileBytes.find("\(path).content") {
            guard let cites = FileBytes.find("\(path).cites") else { throw DatasetError("graph", "there is no \(name).cites", at: folder) }
            graph = try Self.linqs(FileBytes.read(content, for: "graph"), FileBytes.read(cites, for: "graph"), at: content)
        } else {
            guard let nodes = FileBytes.find("\(path).nodes.txt"), let edges = FileBytes.find("\(path).edges.tsv") else {
                throw DatasetError("graph", "there is neither \(name).content nor \(name).nodes.txt with \(name).edges.tsv", at: folder)
            }
            graph = try Self.sparse(FileBytes.read(nodes, for: "graph"), FileBytes.read(edges, for: "graph"), at: nodes)
        }
        if let parts = FileBytes.find("\(path).split.json") { split = try Self.parts(parts, graph.nodeCount) } else { split = [:] }
    }

    private static func parts(_ path: String, _ nodes: Int) throws -> [String: [Int]] {
        guard let parts = try? JSONDecoder().decode([String: [Int]].self, from: Data(FileBytes.read(path, for: "graph"))) else {
            throw DatasetError("graph", "is not an object of lists of numbers", at: path)
        }
        for (name, places) in parts {
            if let odd = places.first(where: { !(0..<nodes ~= $0) }) {
                throw DatasetError("graph", "'\(name)' has the node \(odd), there are \(nodes)", at: path)
            }
        }
        return parts
    }

    /// Lines `name feature … feature class` and lines `cited citing`; citations of papers outside are left out, as everybody does.
    static func linqs(_ content: [UInt8], _ cites: [UInt8], at place: String) throws -> Graph {
        var names: [String] = [], values: [Float] = [], found: [String] = [], width: Int?
        for (index, line) in try TextEncoding.utf8.decode(content, for: "graph", at: place).lines.enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" }
            if words.isEmpty { continue }
            guard words.count >= 3, words.count == width ?? words.count else {
                throw DatasetError("graph", "line \(index + 1) has \(words.count) words, not \(width ?? 3)", at: place)
            }
            width = words.count
            names.append(String(words[0]))
            found.append(String(words[words.count - 1]))
            for word in words[1..<(words.count - 1)] {
                guard let value = Float(word) else {
                    throw DatasetError("graph", "line \(index + 1): '\(word.prefix(40))' is no number", at: place)
                }
                values.append(value)
            }
        }
        guard let width else { throw DatasetError("graph", "has no nodes", at: place) }
        let numbers = Dictionary(names.enumerated().map { ($1, Int32($0)) }) { first, _ in first }
        guard numbers.count == names.count else { throw DatasetError("graph", "a node is there twice", at: place) }
        var sources: [Int32] = [], targets: [Int32] = []
        for (index, line) in try TextEncoding.utf8.decode(cites, for: "graph", at: place).lines.enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" }
            if words.isEmpty { continue }
            guard words.count == 2 else {
                throw DatasetError("graph", "line \(index + 1) of the citations has \(words.count) words, not 2", at: place)
            }
            guard let from = numbers[String(words[0])], let to = numbers[String(words[1])] else { continue }
            sources.append(from)
            targets.append(to)
        }
        let classes = Set(found).sorted()
        return try Graph(
            nodeCount: names.count, sources: sources, targets: targets, names: names,
            features: HostArray(values, [names.count, width - 2]),
            labels: HostArray(found.map { Int32(classes.firstIndex(of: $0)!) }, [names.count]), classes: classes
        ).undirected()
    }

    /// Lines `number label feature:value …`, and lines `from to`.
    static func sparse(_ nodes: [UInt8], _ edges: [UInt8], at place: String) throws -> Graph {
        var labels: [Int32] = [], entries: [(row: Int, column: Int, value: Float)] = [], width = 0
        for (index, line) in try TextEncoding.utf8.decode(nodes, for: "graph", at: place).lines.enumerated() where !line.hasPrefix("#") {
            let words = line.split { $0 == " " || $0 == "\t" }
            if words.isEmpty { continue }
            guard words.count >= 2, Int(words[0]) == labels.count, let label = Int32(words[1]), label >= -1 else {
                throw DatasetError("graph", "line \(index + 1) does not begin with the number \(labels.count) and a label", at: place)
            }
            for word in words[2...] {
                let pair = word.split(separator: ":")
                guard pair.count == 2, let column = Int(pair[0]), 0..<1 << 20 ~= column, let value = Float(pair[1]) else {
                    throw DatasetError("graph", "line \(index + 1): '\(word.prefix(40))' is not feature:value", at: place)
                }
                entries.append((labels.count, column, value))
                width = max(width, column + 1)
            }
            labels.append(label)
        }
        guard !labels.isEmpty, boundedProduct([labels.count, width], limit: 1 << 28) != nil else {
            throw DatasetError("graph", "has \(labels.count) nodes of \(width) features", at: place)
        }
        var features = HostArray(TensorType([labels.count, width], .f32))
        features.withMutableElements(of: Float.self) { for entry in entries { $0[entry.row * width + entry.column] = entry.value } }
        let list = try EdgeList.graph(edges, named: false, nodeCount: labels.count, at: place)
        return try Graph(
            nodeCount: labels.count, sources: list.sources, targets: list.targets, features: features,
            labels: HostArray(labels, [labels.count])
        ).undirected()
    }
}
