import ArgumentParser

struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print the completion script of a shell.",
        discussion: """
            bash:  millrace completions bash > /etc/bash_completion.d/millrace
            zsh:   millrace completions zsh > "${fpath[1]}/_millrace"
            fish:  millrace completions fish > ~/.config/fish/completions/millrace.fish
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let known: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Console.out(RootCommand.completionScript(for: known))
    }
}
