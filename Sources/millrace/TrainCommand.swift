import ArgumentParser
import Formats
import Foundation
import Learning
import Recipes

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train one net of a recipe: a bundle, a report and a model card.",
        discussion: """
            Goes through the seven steps preprocess, architecture, initialise, forward, backward, iterate, evaluate, and says so. OUT \
            gets run/ (checkpoints, log.jsonl, TensorBoard events), NAME.millrace (the bundle), report.html and card.md. A run that was \
            interrupted or killed goes on with the same command and ends with the same bits. Ctrl-C writes a checkpoint.

            Several processes take the steps of one with the same batch: each computes its share of every batch, and gradients are \
            averaged; what depends on the whole batch (batch normalisation, dropout) keeps to the share. Only the first one \
            measures and writes. When a process ends early the others end with an error, and the checkpoint stands. A batch need not \
            divide by the processes, but holds a sample for each.

              millrace train turbofan.yaml --set train.rate=1e-3 --seed 2
              millrace train turbofan.yaml --workers 4
              millrace train turbofan.yaml --rank 1 --world 2 --rendezvous 10.0.0.1:29500
              mpirun -n 2 millrace train turbofan.yaml --rendezvous /shared/meet
              srun -n 8 millrace train turbofan.yaml
            """)

    @Argument(help: "The recipe, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
    var recipe: String
    @Option(name: [.short, .long], help: "Folder for the results (default: runs/NAME).", completion: .directory)
    var out: String?
    @Option(help: "Fixes weights, order of samples, dropout and augmentation.")
    var seed: UInt64 = 1
    @Flag(help: "Read recipe and data, build the net, say what would be done, and stop.")
    var dryRun = false
    @Flag(help: "Begin anew although the folder holds a run.")
    var fresh = false
    @Flag(inversion: .prefixedNo, help: "Train shallow models beside the net and compare them pair by pair in the report.")
    var baselines = true
    @Flag(name: [.short, .long], help: "No progress and no steps.")
    var quiet = false
    @OptionGroup var changes: RecipeOptions
    @OptionGroup(title: "Several processes") var processes: ProcessOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        common.apply()
        let recipe = try changes.recipe(self.recipe)
        let folder = out ?? "runs/\(recipe.name)"
        try TrainingPlan.check(recipe, processes: processes.count())
        if dryRun { return try describe(TrainingPlan(recipe, seed: seed, processes: processes.count()), folder) }
        if let status = try processes.launched() { throw ExitCode(status) }
        Interrupt.listen()
        let plan = try TrainingPlan(recipe, seed: seed, processes: processes.count()), group = try processes.group()
        let versions = Versions.all, isQuiet = quiet
        let training = try RecipeTraining(
            plan, folder: folder, group: group, startsAnew: fresh, comparesShallow: baselines, threads: common.threads,
            display: quiet ? .silent : .automatic,
            date: (Date().formatted(.iso8601.year().month().day()), Date().timeIntervalSince1970.rounded()), versions: versions,
            isStopRequested: { Interrupt.isRequested }
        ) { step, text in if !isQuiet { Console.log(TrainCommand.headline(step, text)) } }
        if let group, group.rank > 0 { throw ExitCode(training.result.ending == .interrupted ? 130 : 0) }
        guard let evaluation = training.evaluation, let bundle = training.bundle else {
            throw Refusal.interrupted("interrupted; the same command goes on from \(Files.join(folder, "run"))")
        }
        if common.json {
            var object = evaluation.json.object ?? [:]
            object["baselines"] = .object(JSON.Object(training.baselines.map { ($0.name, .number($0.value)) }))
            if let shipped = training.shipped { object["shipped"] = shipped }
            object["recipe"] = .string(recipe.name)
            object["seed"] = JSON(seed)
            object["bundle"] = .string(bundle.path)
            object["identity"] = .string(bundle.identity)
            object["report"] = .string(Files.join(folder, "report.html"))
            object["data"] = .string(plan.dataHash)
            object["parameters"] = JSON(plan.parameterCount)
            object["processes"] = JSON(plan.processes)
            object["seconds"] = .number(training.result.seconds)
            object["processorSeconds"] = .number(training.result.cpuSeconds)
            Console.out(.object(object))
        } else {
            for interval in evaluation.intervals { Console.out("\(interval) on \(evaluation.sampleCount) test samples") }
            for baseline in training.baselines {
                let interval = "\(TrainCommand.short(baseline.low ?? 0)), \(TrainCommand.short(baseline.high ?? 0))"
                Console.out(
                    "\(baseline.name) \(TrainCommand.short(baseline.value)), the bundle differs by \(TrainCommand.short(baseline.difference ?? 0)) [\(interval)]"
                )
            }
            if let shipped = training.shipped, let model = shipped["model"]?.string {
                Console.out("the bundle holds the \(model), the best on the validation part")
            }
            Console.out(bundle.path)
            Console.log("report: \(Files.join(folder, "report.html")), card: \(Files.join(folder, "card.md"))")
        }
    }

    private func describe(_ plan: TrainingPlan, _ folder: String) throws {
        let lines = try TrainingPlan.Step.allCases.map { ("\($0)", try plan.line($0)) }
        if common.json {
            Console.out([
                "recipe": .string(plan.recipe.name), "seed": JSON(plan.seed), "data": .string(plan.dataHash),
                "parameters": JSON(plan.parameterCount), "folder": .string(folder),
                "steps": .object(JSON.Object(lines.map { ($0, .string($1)) })),
            ])
        } else {
            for step in TrainingPlan.Step.allCases { Console.out(Self.headline(step, try plan.line(step))) }
            Console.log("dry run: nothing was trained; results would go to \(folder)")
        }
    }

    private static func short(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }

    private static func headline(_ step: TrainingPlan.Step, _ text: String) -> String {
        "\(step.rawValue)/\(TrainingPlan.Step.allCases.count) \("\(step)".padding(toLength: 13, withPad: " ", startingAt: 0))\(text)"
    }
}
