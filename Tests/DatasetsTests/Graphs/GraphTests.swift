@testable import Datasets
import Engine
import Testing

@Suite("Graph") struct GraphTests {
    @Test func `edges by number and by name`() throws {
        let numbered = try EdgeList.graph(Array("# a\n0 2\n2\t1\n\n".utf8), named: false, nodeCount: nil, at: "f")
        #expect(numbered.nodeCount == 3 && numbered.sources == [0, 2] && numbered.targets == [2, 1])
        let named = try EdgeList.graph(Array("x,y,0.5\ny,z,2\n".utf8), named: true, nodeCount: nil, at: "f")
        #expect(named.names == ["x", "y", "z"] && named.sources == [0, 1] && named.targets == [1, 2] && named.weights == [0.5, 2])
        #expect(throws: DatasetError("edges", "line 1: '-1' is no node number", at: "f")) {
            try EdgeList.graph(Array("-1 2\n".utf8), named: false, nodeCount: nil, at: "f")
        }
        #expect(throws: DatasetError("edges", "line 2 has 3 words; lines are 'from to', or all 'from to weight'", at: "f")) {
            try EdgeList.graph(Array("1 2\n1 2 3\n".utf8), named: false, nodeCount: nil, at: "f")
        }
        let result = fuzz(Array("# a\n0 2 0.5\n2 1 1\n13 4 -2e3\n".utf8), rounds: 10_000) {
            _ = try EdgeList.graph($0, named: false, nodeCount: nil, at: "f")
            _ = try EdgeList.graph($0, named: true, nodeCount: nil, at: "f")
        }
        #expect(result.foreign == nil)
        #expect(result.refused > 3_000)
    }

    @Test func `the normalised propagation of a path of three nodes`() throws {
        let path = try Graph(nodeCount: 3, sources: [0, 1, 1], targets: [1, 2, 0]).undirected()
        #expect(path.sources == [0, 1, 1, 2])
        #expect(path.targets == [1, 0, 2, 1])
        let matrix = try path.normalised().adjacency().values(Float.self)
        let a = Float(1) / 2, b = 1 / Float(6).squareRoot(), c = Float(1) / 3
        #expect(largestDifference(matrix, [a, b, 0, b, c, b, 0, b, a]) < 1e-6)
    }

    @Test func `edges outside the graph are refused`() {
        #expect(throws: DatasetError("graph", "an edge leads to a node outside 0 ..< 2")) {
            try Graph(nodeCount: 2, sources: [0], targets: [2])
        }
    }

    @Test func `the form of the LINQS group`() throws {
        let content = Array("p1\t0\t1\tAI\np2\t1\t1\tDB\np3 0 0 AI\n".utf8), cites = Array("p1 p2\np9 p1\np2 p1\n".utf8)
        let graph = try CitationGraph.linqs(content, cites, at: "f")
        #expect(graph.nodeCount == 3 && graph.edgeCount == 2 && graph.classes == ["AI", "DB"])
        #expect(graph.features?.values(Float.self) == [0, 1, 1, 1, 0, 0])
        #expect(graph.labels?.values(Int32.self) == [0, 1, 0])
        let result = fuzz(content, rounds: 5_000) { _ = try CitationGraph.linqs($0, cites, at: "f") }
        #expect(result.foreign == nil)
        #expect(result.refused > 1_000)
        let nodes = Array("0 3 19:1 5:0.5\n1 -1\n2 0 7:1\n".utf8)
        let sparse = fuzz(nodes, rounds: 5_000) { _ = try CitationGraph.sparse($0, Array("0\t1\n".utf8), at: "f") }
        #expect(sparse.foreign == nil)
        #expect(sparse.refused > 1_000)
    }

    @Test(.data("cora")) func `Cora is complete`() throws {
        let cora = try CitationGraph(at: SharedData.path("cora"), name: "cora")
        #expect(cora.graph.nodeCount == 2_708 && cora.graph.edgeCount == 2 * 5_278)
        #expect(cora.graph.features?.shape == [2_708, 1_433])
        #expect(cora.split["train"]?.count == 140 && cora.split["val"]?.count == 500 && cora.split["test"]?.count == 1_000)
        let labels = try #require(cora.graph.labels?.values(Int32.self))
        for label in Int32(0)..<7 { #expect(cora.split["train"]?.count { labels[$0] == label } == 20) }
    }
}
