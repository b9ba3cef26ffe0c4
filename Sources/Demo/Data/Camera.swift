import Datasets
import Engine
import Features
import Streams

/// Handwritten digits of eight by eight pixels, as a camera would see them.
struct Camera {
    /// [digits, 64], 0 to 16, and what they are.
    let pixels: [[Float]]
    let digits: [Int]

    init(in folder: DemoFolder) throws {
        let data = folder.path + "/Digits/data/"
        func bytes(_ name: String) throws -> [UInt8] { try IDXFile.array(data + name).tensor.values(UInt8.self) }
        let images = try bytes("digits-images.idx3-ubyte"), labels = try bytes("digits-labels.idx1-ubyte")
        guard images.count == 64 * labels.count else { throw DemoError("camera", "\(images.count) pixels for \(labels.count) digits") }
        digits = labels.map(Int.init)
        pixels = digits.indices.map { images[$0 * 64..<($0 + 1) * 64].map(Float.init) }
    }

    /// The one definition of its features.
    static let features = FeatureDefinition(
        columns: columns + [ColumnDefinition("digit", .string)], inputs: [InputGroup("pixels", columns.map(\.name))], missing: .drop,
        target: TargetDefinition("digit", classes: (0..<10).map(String.init)))

    static let columns = (0..<64).map { ColumnDefinition("p\($0)") }

    /// These digits as a table; `isTurned`: by a quarter, as the camera sees them once it has been mounted the wrong way.
    func table(_ places: [Int], isTurned: Bool = false) throws -> Frame {
        var frame = Frame()
        for (place, column) in Self.columns.enumerated() {
            // A quarter turn to the left: row r, column c comes from row c, column 7 - r.
            let source = isTurned ? place % 8 * 8 + 7 - place / 8 : place
            try frame.add(column.name, Column(places.map { pixels[$0][source] }))
        }
        try frame.add("digit", Column(places.map { String(digits[$0]) }))
        return frame
    }

    /// Four of five digits are learned from, the fifth is kept apart.
    var known: [Int] { digits.indices.filter { $0 % 5 != 4 } }
    var unseen: [Int] { digits.indices.filter { $0 % 5 == 4 } }

    /// How it goes on learning once it is turned.
    static let learning = OnlineNetSettings(fresh: 10, recalled: 22, old: 32, memory: 1500, optimizer: "adamw", rate: 1e-3, seed: 1)

    /// So many of each digit, evenly out of all that are learned from.
    func labelled(_ count: Int) -> [Int] {
        (0..<10).flatMap { digit in
            let all = known.filter { digits[$0] == digit }
            return (0..<count).map { all[$0 * all.count / count] }
        }
    }

    /// The picture moved by a pixel in every direction.
    static func shifted(_ picture: [Float]) -> [[Float]] {
        [(-1, 0), (1, 0), (0, -1), (0, 1)].map { down, right in
            (0..<64).map { place in
                let row = place / 8 - down, column = place % 8 - right
                return (0..<8).contains(row) && (0..<8).contains(column) ? picture[row * 8 + column] : 0
            }
        }
    }

    static func classifier(_ camera: Camera, epochs: Int = 12) throws -> Classifier {
        try Classifier(
            "camera", features, training: camera.table(camera.known), shape: [64], net: CameraNet(), epochs: epochs, enlarge: shifted
        ) { net, pixels, pass in net(pixels / 16, &pass) }
    }
}
