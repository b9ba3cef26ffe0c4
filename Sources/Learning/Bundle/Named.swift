public import Formats

/// A loss or an optimizer by its name and settings, so that whoever has the bundle can build it again.
public struct Named: Hashable, Sendable, Codable {
    public var name: String
    public var settings: JSON.Object

    public init(_ name: String, _ settings: JSON.Object = [:]) {
        self.name = name
        self.settings = settings
    }

    /// The rate stands among the settings, under `rate`.
    public init(_ optimizer: any Optimizer) {
        var settings: JSON.Object = ["rate": .number(optimizer.rate)]
        for (key, value) in optimizer.settings.sorted(by: { $0.key < $1.key }) { settings[key] = .number(value) }
        self.init(optimizer.name, settings)
    }
}
