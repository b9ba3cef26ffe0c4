// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "Millrace", path: "..")],
    targets: [
        .executableTarget(name: "workers", dependencies: [.product(name: "Engine", package: "Millrace")]),
        .executableTarget(
            name: "training",
            dependencies: ["Engine", "Learning", "Datasets"].map { .product(name: $0, package: "Millrace") }),
        .executableTarget(
            name: "streams",
            dependencies: [.product(name: "Streams", package: "Millrace"), .product(name: "Learning", package: "Millrace")]),
        .executableTarget(
            name: "wheel",
            dependencies: ["Engine", "Features", "Learning", "Streams", "Formats"].map { .product(name: $0, package: "Millrace") }),
        .executableTarget(
            name: "anomaly",
            dependencies: [
                .product(name: "Streams", package: "Millrace"), .product(name: "Learning", package: "Millrace"),
                .product(name: "Datasets", package: "Millrace"), .product(name: "Features", package: "Millrace"),
                .product(name: "Formats", package: "Millrace"),
            ]),
        .executableTarget(
            name: "tables",
            dependencies: [
                .product(name: "Datasets", package: "Millrace"), .product(name: "Features", package: "Millrace"),
                .product(name: "Learning", package: "Millrace"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
