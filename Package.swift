// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "Millrace",
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: [
        .library(name: "Engine", targets: ["Engine"]),
        .library(name: "Formats", targets: ["Formats"]),
        .library(name: "Features", targets: ["Features"]),
        .library(name: "Learning", targets: ["Learning"]),
        .library(name: "Datasets", targets: ["Datasets"]),
        .library(name: "Streams", targets: ["Streams"]),
        .library(name: "Zoo", targets: ["Zoo"]),
        .library(name: "Recipes", targets: ["Recipes"]),
        .executable(name: "millrace", targets: ["millrace"]),
        .library(name: "TestKit", targets: ["TestKit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        .target(name: "CKernels", linkerSettings: [.linkedLibrary("m")]),
        .target(name: "COneDNN", dependencies: ["CShims"]),
        .target(name: "CShims"),
        .target(name: "CArrow", dependencies: ["CShims"]),
        .target(name: "CGloo", dependencies: ["CShims"]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CTurboJPEG", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CSndFile", providers: [.apt(["libsndfile1-dev"])]),
        .target(name: "CPNG", linkerSettings: [.linkedLibrary("png")]),
        .target(name: "Engine", dependencies: ["CKernels", "COneDNN"], swiftSettings: settings),
        .target(name: "Formats", swiftSettings: settings),
        .target(name: "Features", dependencies: ["Engine", "Formats"], swiftSettings: settings),
        .target(name: "Learning", dependencies: ["Engine", "Formats", "CKernels", "CGloo"], swiftSettings: settings),
        .target(
            name: "Datasets",
            dependencies: ["Engine", "Formats", "Features", "Learning", "CArrow", "CZlib", "CTurboJPEG", "CPNG", "CSndFile"],
            swiftSettings: settings),
        .target(name: "Streams", dependencies: ["Engine", "Formats", "Features", "Learning"], swiftSettings: settings),
        .target(name: "Zoo", dependencies: ["Engine", "Learning"], swiftSettings: settings),
        .target(
            name: "Recipes",
            dependencies: ["Engine", "Formats", "Features", "Learning", "Datasets", "Zoo", .product(name: "Yams", package: "Yams")],
            swiftSettings: settings),
        .target(
            name: "Demo", dependencies: ["Engine", "Formats", "Features", "Learning", "Datasets", "Streams"], swiftSettings: settings),
        .executableTarget(
            name: "millrace",
            dependencies: [
                "Engine", "Formats", "Features", "Learning", "Datasets", "Recipes", "COneDNN", "CKernels",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .target(name: "TestKit", dependencies: ["Engine", "Learning", "Streams"], swiftSettings: settings),
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        .target(name: "TestSupport", dependencies: ["Formats"], path: "Tests/TestSupport", swiftSettings: settings),
        .executableTarget(name: "BundleWriter", dependencies: ["Learning"], path: "Tests/BundleWriter", swiftSettings: settings),
        .testTarget(
            name: "EngineTests", dependencies: ["Engine", "TestKit", "CKernels", "COneDNN", "CAllocations"],
            exclude: ["Golden"], swiftSettings: settings),
        .testTarget(name: "FormatsTests", dependencies: ["Formats", "TestSupport"], exclude: ["Golden"], swiftSettings: settings),
        .testTarget(
            name: "FeaturesTests", dependencies: ["Features", "Formats", "Engine", "TestSupport"], exclude: ["Golden"],
            swiftSettings: settings),
        .executableTarget(
            name: "InterruptedTraining", dependencies: ["Learning", "Engine"], path: "Tests/InterruptedTraining", swiftSettings: settings),
        .executableTarget(
            name: "DistributedTraining", dependencies: ["Learning", "Engine"], path: "Tests/DistributedTraining", swiftSettings: settings),
        .testTarget(
            name: "LearningTests",
            dependencies: [
                "Learning", "Formats", "Engine", "TestKit", "TestSupport", "InterruptedTraining", "DistributedTraining", "BundleWriter",
            ],
            exclude: ["Golden"], swiftSettings: settings),
        .testTarget(
            name: "DatasetsTests", dependencies: ["Datasets", "Features", "Learning", "Formats", "Engine"], exclude: ["Golden"],
            swiftSettings: settings),
        .testTarget(
            name: "StreamsTests", dependencies: ["Streams", "TestKit", "TestSupport", "Learning", "Formats"], exclude: ["Golden"],
            swiftSettings: settings),
        .testTarget(name: "DemoTests", dependencies: ["Demo", "Datasets", "Features", "Learning", "Engine"], swiftSettings: settings),
        .testTarget(name: "ZooTests", dependencies: ["Zoo", "Learning", "Engine", "TestKit"], swiftSettings: settings),
        .testTarget(
            name: "RecipesTests", dependencies: ["Recipes", "Zoo", "Datasets", "Features", "Learning", "Formats", "Engine", "millrace"],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
