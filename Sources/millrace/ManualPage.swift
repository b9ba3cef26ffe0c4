import Formats

/// The manual page of a program in the macros of man(7), from the description of its commands that the argument parser gives.
struct ManualPage {
    private(set) var text: String

    /// - Throws: if the description is not of the form that is known here.
    init(_ description: JSON, version: String) throws {
        guard description["serializationVersion"]?.int == 0, let command = description["command"], let name = command["commandName"]?.string
        else { throw Refusal(code: 1, description: "manual: the commands are described in a form that is not known") }
        text = ".TH \(name.uppercased()) 1 \"\" \"\(name) \(version)\" \"User Commands\"\n"
        text += ".SH NAME\n\(Self.escaped(name)) \\- \(Self.escaped(Self.phrase(command)))\n"
        text += ".SH SYNOPSIS\n.B \(Self.escaped(name))\n.I command\n[\\fIarguments\\fR] [\\fIoptions\\fR]\n"
        text += ".SH DESCRIPTION\n" + Self.paragraphs(command["discussion"]?.string ?? "")
        text += ".SH COMMANDS\n"
        for part in Self.shown(command["subcommands"]) { add(part, after: name) }
    }

    /// A command with its arguments, then those within it.
    private mutating func add(_ command: JSON, after before: String) {
        guard let name = command["commandName"]?.string, name != "help" else { return }
        let whole = "\(before) \(name)", parts = Self.shown(command["subcommands"])
        // What every command has needs no line in each.
        let arguments = Self.shown(command["arguments"]).filter {
            $0["valueName"]?.string != "help" && $0["valueName"]?.string != "version"
        }
        if parts.isEmpty {
            text += ".SS \(Self.escaped(whole))\n\(Self.escaped(Self.phrase(command))).\n.PP\n"
            text +=
                "\\fB\(Self.escaped(whole))\\fR "
                + arguments.filter { $0["isOptional"]?.bool != true }.map(Self.usage).joined(separator: " ")
            text += "\(arguments.contains { $0["isOptional"]?.bool == true } ? " [\\fIoptions\\fR]" : "")\n"
            text += Self.paragraphs(command["discussion"]?.string ?? "")
            for argument in arguments { text += Self.entry(argument) }
        }
        for part in parts { add(part, after: whole) }
    }

    private static func shown(_ list: JSON?) -> [JSON] { (list?.array ?? []).filter { $0["shouldDisplay"]?.bool != false } }

    /// The abstract without its full stop.
    private static func phrase(_ command: JSON) -> String {
        let text = command["abstract"]?.string ?? ""
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    // MARK: Arguments

    private static func value(_ argument: JSON) -> String { "\\fI\(escaped(argument["valueName"]?.string ?? "value"))\\fR" }

    private static func names(_ argument: JSON) -> [String] {
        (argument["names"]?.array ?? []).map { name in
            let text = escaped(name["name"]?.string ?? "")
            return name["kind"]?.string == "long" ? "\\fB\\-\\-\(text)\\fR" : "\\fB\\-\(text)\\fR"
        }
    }

    private static func usage(_ argument: JSON) -> String {
        let dots = argument["isRepeating"]?.bool == true ? " ..." : ""
        return argument["kind"]?.string == "positional"
            ? value(argument) + dots : "\(names(argument).last ?? "") \(value(argument))\(dots)"
    }

    private static func entry(_ argument: JSON) -> String {
        let kind = argument["kind"]?.string, spelled = names(argument).joined(separator: ", ")
        let head = kind == "positional" ? value(argument) : kind == "option" ? "\(spelled) \(value(argument))" : spelled
        var body = argument["abstract"]?.string ?? ""
        if let values = argument["allValues"]?.array?.compactMap(\.string), !values.isEmpty, !body.contains(values[0]) {
            body += " One of \(values.joined(separator: ", "))."
        }
        if let usual = argument["defaultValue"]?.string, !usual.isEmpty { body += " (default: \(usual))" }
        return ".TP\n\(head)\n\(escaped(body))\n"
    }

    // MARK: Text

    /// Paragraphs apart by empty lines; lines that begin with a space are left as they stand.
    private static func paragraphs(_ text: String) -> String {
        if text.isEmpty { return "" }
        var result = ".PP\n", isKept = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let keeps = line.hasPrefix(" ") || line.isEmpty && isKept
            if keeps != isKept { result += keeps ? ".PP\n.nf\n" : ".fi\n" }
            if line.isEmpty { result += ".PP\n" } else { result += escaped(String(line)) + "\n" }
            isKept = keeps
        }
        return result + (isKept ? ".fi\n" : "")
    }

    /// With what the macros would take for their own.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "`": result += "\\(ga"
            default: result.append(character)
            }
        }
        return result.hasPrefix(".") || result.hasPrefix("'") ? "\\&" + result : result
    }
}
