import Engine
import Foundation

// A resident worker for the comparison with the peers: `workers WORK`; `workers WORK profile` prints where the time goes;
// `workers ceilings` prints what the machine allows.
let wantsProfile = CommandLine.arguments.dropFirst(2).first == "profile"
let works: [String: () throws -> Void] = [
    "A.f32.b32": { try Convolutional.train(batch: 32, .f32) },
    "A.f32.b128": { try Convolutional.train(batch: 128, .f32) },
    "A.bf16.b32": { try Convolutional.train(batch: 32, .bf16) },
    "B1.f32": { try Convolutional.infer(.f32) },
    "B1.bf16": { try Convolutional.infer(.bf16) },
    "B2.f32": Sequence.infer,
    "B3.f32": autoencoder,
    "C.f32": Sequence.train,
    "D.f32.train": { try Encoder.train(.f32) },
    "D.bf16.train": { try Encoder.train(.bf16) },
    "D.f32.infer": { try Encoder.infer(.f32) },
    "D.bf16.infer": { try Encoder.infer(.bf16) },
    "E.infer.b1": { try ResNet18.infer(batch: 1, .f32) },
    "E.infer.b16": { try ResNet18.infer(batch: 16, .f32) },
    "E.bf16.infer.b1": { try ResNet18.infer(batch: 1, .bf16) },
    "E.train": ResNet18.train,
    "ceilings": ceilings,
]
guard let name = CommandLine.arguments.dropFirst().first, let work = works[name] else {
    FileHandle.standardError.write(Data("usage: workers WORK [profile]; works: \(works.keys.sorted().joined(separator: " "))\n".utf8))
    exit(2)
}
try work()
