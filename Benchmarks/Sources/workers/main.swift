import Engine
import Foundation

// A resident worker for the comparison with the peers: `workers WORK`; `workers WORK profile` prints where the time goes.
let wantsProfile = CommandLine.arguments.dropFirst(2).first == "profile"
let works: [String: () throws -> Void] = [
    "B3.f32": autoencoder
]
guard let name = CommandLine.arguments.dropFirst().first, let work = works[name] else {
    FileHandle.standardError.write(Data("usage: workers WORK [profile]; works: \(works.keys.sorted().joined(separator: " "))\n".utf8))
    exit(2)
}
try work()
