import ArgumentParser
import Formats
import Recipes

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of recipes, for editors.",
        discussion: """
            Editors with a YAML language server take it by a first line in the recipe:
              # yaml-language-server: $schema=recipe.schema.json
            """)

    func run() throws {
        var schema = RecipeSchema.recipe.jsonSchema.object ?? [:]
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        schema["title"] = "Millrace recipe"
        Console.out(.object(schema), isPretty: true)
    }
}
