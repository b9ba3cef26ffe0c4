// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "Millrace", path: "..")],
    targets: [
        .executableTarget(name: "digits", dependencies: [.product(name: "Engine", package: "Millrace")], path: "Digits", exclude: ["data"])
    ],
    swiftLanguageModes: [.v6]
)
