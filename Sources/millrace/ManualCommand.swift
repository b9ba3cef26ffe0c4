import ArgumentParser
import Formats

struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Print the manual page, as man reads it.",
        discussion: """
            It is made of the help texts.

              millrace manual > /usr/local/share/man/man1/millrace.1
              millrace manual | man -l -
            """)

    func run() throws { Console.out(try ManualPage(JSON(parsing: RootCommand._dumpHelp()), version: RootCommand.version).text) }
}
