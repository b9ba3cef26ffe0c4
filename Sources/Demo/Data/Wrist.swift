import Datasets
import Features

/// Recorded activities at a wrist: acceleration and rotation in three axes each, ten readings a second.
struct Wrist {
    static let axes = ["acceleration_x", "acceleration_y", "acceleration_z", "rotation_x", "rotation_y", "rotation_z"]
    static let length = WristNet.length

    /// `recording`, `activity`, `step` and the axes of the recordings to learn from, and of the others.
    let known: Frame, unseen: Frame

    init(in folder: DemoFolder) throws {
        let all = try Table(at: folder.path + "/Motions/motions.parquet").frame()
        func part(_ name: String) -> Frame { all.rows((0..<all.rowCount).filter { all[$0, "part"] == .string(name) }) }
        (known, unseen) = (part("train"), part("test"))
    }

    /// The one definition of its features: five seconds of readings, every second.
    static let features = FeatureDefinition(
        columns: [ColumnDefinition("recording"), ColumnDefinition("step"), ColumnDefinition("activity", .string)]
            + axes.map { ColumnDefinition($0) },
        entity: ["recording"], order: "step", inputs: [InputGroup("readings", axes)], missing: .drop,
        window: WindowDefinition(length: length, stride: 10), target: TargetDefinition("activity", classes: []))

    func classifier(epochs: Int = 40) throws -> Classifier {
        try Classifier("wrist", Self.features, training: known, shape: [Self.length, 6], net: WristNet(classes: 4), epochs: epochs) {
            net, window, pass in net(window, &pass)
        }
    }

    /// The readings of a device that is worn turned: acceleration and rotation multiplied by a rotation of the axes.
    static func turned(_ table: Frame, by rotation: [Float]) throws -> Frame {
        var turned = try table.selecting(["recording", "step", "activity"])
        for axis in 0..<6 {
            let own = try (0..<3).map { try table.column(axes[axis / 3 * 3 + $0]).numbers ?? [] }
            let row = (0..<3).map { Double(rotation[axis % 3 * 3 + $0]) }
            try turned.add(axes[axis], Column(own[0].indices.map { row[0] * own[0][$0] + row[1] * own[1][$0] + row[2] * own[2][$0] }))
        }
        return turned
    }

    /// The number of the first recording of each activity.
    static func firstOfEachActivity(_ table: Frame) -> Set<Double> {
        var first: [Cell: Double] = [:]
        for row in 0..<table.rowCount {
            let activity = table[row, "activity"]
            if first[activity] == nil { first[activity] = table[row, "recording"].number }
        }
        return Set(first.values)
    }
}
