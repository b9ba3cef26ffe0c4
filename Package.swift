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
        .library(name: "TestKit", targets: ["TestKit"]),
    ],
    targets: [
        .target(name: "CKernels", linkerSettings: [.linkedLibrary("m")]),
        .target(name: "COneDNN"),
        .target(name: "Engine", dependencies: ["CKernels", "COneDNN"], swiftSettings: settings),
        .target(name: "TestKit", dependencies: ["Engine"], swiftSettings: settings),
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        .testTarget(
            name: "EngineTests", dependencies: ["Engine", "TestKit", "CKernels", "COneDNN", "CAllocations"],
            exclude: ["Golden"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
