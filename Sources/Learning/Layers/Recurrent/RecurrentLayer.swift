/// One recurrent layer, in one direction or in both.
public struct RecurrentLayer: Module {
    public let forward: RecurrentDirection
    public let backward: RecurrentDirection?

    var directions: [RecurrentDirection] { backward.map { [forward, $0] } ?? [forward] }
}
