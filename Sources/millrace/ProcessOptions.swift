import ArgumentParser
import Learning
import Recipes

/// Who trains together: processes that this program starts, or those that mpirun, Slurm, Kubernetes or a person did.
struct ProcessOptions: ParsableArguments {
    @Option(help: "Start so many processes on this host, which train together, each with its share of every batch.")
    var workers: Int?
    @Option(help: "Number of this process among --world, from 0 (default: as mpirun, Slurm or torchrun say).")
    var rank: Int?
    @Option(help: "Processes of the run, on one host or several.")
    var world: Int?
    @Option(
        help: ArgumentHelp(
            "Where they meet: host:port of rank 0, or an empty folder that all of them see (environment: MILLRACE_RENDEZVOUS).",
            valueName: "place"))
    var rendezvous: String?

    func validate() throws {
        if let workers, !(1...4096).contains(workers) { throw ValidationError("--workers is between 1 and 4096, not \(workers).") }
        if workers != nil, rank != nil || world != nil || rendezvous != nil {
            throw ValidationError("--workers starts the processes itself: leave out --rank, --world and --rendezvous.")
        }
    }

    /// Processes of the run as far as it is known without meeting them.
    func count() throws -> Int { try settings()?.world ?? workers ?? 1 }

    /// Starts the workers and waits for them, where this process is the one that is to start them.
    ///
    /// - Returns: their exit status; nil where this process takes part in a run itself.
    func launched() throws -> Int32? {
        guard try settings() == nil, let workers, workers > 1 else { return nil }
        if let obstacle = ProcessGroup.obstacle { throw Refusal(code: 1, description: "train: several processes: \(obstacle)") }
        return try launchWorkers(count: workers)
    }

    /// Meets the others; nil where there are none.
    func group() throws -> ProcessGroup? { try settings().map { try ProcessGroup($0) } }

    private func settings() throws -> ProcessGroup.Settings? {
        let settings: ProcessGroup.Settings?
        do {
            settings = try ProcessGroup.Settings(rank: rank, world: world, rendezvous: rendezvous)
        } catch {
            throw Refusal.usage("\(error)")
        }
        if let settings, let workers, workers != settings.world {
            throw Refusal.usage(
                "--workers \(workers) does not go with a run over \(settings.world) processes that the environment names: leave it out")
        }
        return settings
    }
}
