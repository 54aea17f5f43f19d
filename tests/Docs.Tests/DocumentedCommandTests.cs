using Messaging.Docs.Tests.Reading;
using Messaging.Docs.Tests.Stage;

namespace Messaging.Docs.Tests;

/// <summary>Runs what the documents tell people to run.</summary>
public sealed class DocumentedCommandTests
{
    public static TheoryData<string> Documents => [.. Repository.Documents().Where(static document => MarkdownCommands.Read(document).Any())];

    [Theory(Timeout = 600_000)]
    [MemberData(nameof(Documents))]
    public async Task The_commands_of_a_document_work_as_printed(string document)
    {
        await using var stage = new DocumentStage();
        if (document is "docs/gateway.md")
        {
            await stage.StartGatewayAsync();
        }
        else if (document is "docs/deployment.md" or "docs/cli.md")
        {
            await stage.StartOrdersAsync();
        }

        foreach (var command in MarkdownCommands.Read(document))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(command.ToString());
            await stage.RunAsync(command);
        }
    }

    [Fact]
    public void Commands_are_found_with_their_settings_and_without_comments()
    {
        Assert.Equal(["curl", "--json", """{"a": 'b'}""".Replace("'", "", StringComparison.Ordinal), "http://x#y"], ShellCommand.Split("""curl --json '{"a": b}' "http://x#y" # told"""));
        var command = new ShellCommand("a.md", 1, "A__b=c=d dotnet run  # it");
        Assert.Equal("c=d", command.Settings["A__b"]);
        Assert.Equal(("dotnet", "run"), (command.Program, command.Arguments.Single()));
        Assert.Contains(MarkdownCommands.Read("docs/sidecar.md"), static found => found.Program is "dotnet" && found.Settings.Count == 2);
        Assert.Throws<FormatException>(() => ShellCommand.Split("curl 'open"));
    }
}
