using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Messaging.Cli.Calling;
using Messaging.Cli.Hosting;
using Messaging.Cli.Output;

namespace Messaging.Cli.DeadLetters;

/// <summary><c>messaging dead edit</c>: repairs a command and replays it.</summary>
internal static class EditCommand
{
    public static Command Create(Argument<string> service, Option<bool> yes)
    {
        var body = new Option<string?>("--body") { Description = "The new body as JSON, @file, or - for the standard input. Without it and --header, $EDITOR opens the old one." };
        var headers = HeaderOption.Create();
        var command = new Command("edit", "Changes a dead letter, shows the difference, asks, and replays it.") { service, LetterFilter.IdOption, body, headers, yes };
        command.Runs(async (session, cancellationToken) =>
        {
            var parsed = session.Parsed;
            var name = Target.CheckService(parsed.GetValue(service)!);
            var filter = LetterFilter.From(parsed);
            if (filter.Id is null)
            {
                throw CliException.Usage("Say which letter to edit: --id MESSAGE-ID.");
            }

            var newHeaders = HeaderOption.Read(parsed.GetValue(headers));
            await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var letter = (await DeadCommand.FindAsync(session, name, filter, cancellationToken).ConfigureAwait(false))[0];
            var before = LetterView.BodyText(letter);
            ReadOnlyMemory<byte>? changed = null;
            if (parsed.GetValue(body) is { } given)
            {
                changed = await BodyReader.ReadAsync(given, OperationFinder.IsJson(letter.ContentType), Console.OpenStandardInput(), cancellationToken).ConfigureAwait(false);
            }
            else if (newHeaders is null)
            {
                if (letter.ContentEncoding is not null)
                {
                    throw CliException.Usage($"The body is compressed ({letter.ContentEncoding}): give the whole new one with --body.");
                }

                changed = await OpenEditorAsync(before, OperationFinder.IsJson(letter.ContentType), cancellationToken).ConfigureAwait(false);
            }

            var after = changed is { } bytes ? JsonText.TryIndent(bytes) ?? JsonText.ToText(bytes) : before;
            if (string.Equals(before, after, StringComparison.Ordinal) && newHeaders is null)
            {
                session.Output.Note("Nothing was changed, and nothing replayed.");
                return ExitCode.Ok;
            }

            foreach (var line in TextDifference.Between(before, after))
            {
                session.Output.Note(line);
            }

            foreach (var (header, value) in newHeaders ?? new Dictionary<string, string>(StringComparer.Ordinal))
            {
                session.Output.Note($"+ header {header}: {value}");
            }

            Confirmation.Require(session.Output, parsed.GetValue(yes), $"Replay {letter.Service}/{letter.Method} {letter.MessageId} changed like this?");
            var count = await ReplayAsync(session, letter, changed, newHeaders, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                throw new CliException(ExitCode.Failed, $"The letter {filter.Id} is gone meanwhile: somebody replayed or purged it. Nothing was sent.");
            }

            if (session.Output.Json)
            {
                session.Output.Document(new JsonObject { ["service"] = name, ["messageId"] = filter.Id, ["replayed"] = count });
            }
            else
            {
                session.Output.Line("1 replayed");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<long> ReplayAsync(
        CommandSession session, DeadLetter letter, ReadOnlyMemory<byte>? body, IReadOnlyDictionary<string, string>? headers, CancellationToken cancellationToken)
    {
        Dictionary<string, string>? merged = null;
        if (headers is not null)
        {
            merged = new Dictionary<string, string>(letter.Headers, StringComparer.Ordinal);
            foreach (var (name, value) in headers)
            {
                merged[name] = value;
            }
        }

        // One with the same id may lie there twice, and another may have come in its place: it is this one that was shown.
        var taken = false;
        try
        {
            return await session.DeadLetters.ReplayAsync(
                letter.Service,
                one => !taken && (taken = string.Equals(one.MessageId, letter.MessageId, StringComparison.Ordinal) && one.Body.Span.SequenceEqual(letter.Body.Span)),
                _ => new DeadLetterEdit { Body = body, Headers = merged },
                cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException exception)
        {
            throw CliException.Usage(exception.Message);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> OpenEditorAsync(string text, bool isJson, CancellationToken cancellationToken)
    {
        var editor = Environment.GetEnvironmentVariable("VISUAL") ?? Environment.GetEnvironmentVariable("EDITOR");
        if (string.IsNullOrWhiteSpace(editor))
        {
            throw CliException.Usage("No editor is set: set EDITOR, or give --body or --header.");
        }

        // A folder that only its owner can enter: the body may be nobody else's business.
        var folder = Directory.CreateTempSubdirectory("messaging-edit-");
        try
        {
            var file = Path.Combine(folder.FullName, isJson ? "body.json" : "body.txt");
            await File.WriteAllTextAsync(file, text + "\n", cancellationToken).ConfigureAwait(false);
            var words = editor.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            using var process = Process.Start(new ProcessStartInfo(words[0], [.. words[1..], file]) { UseShellExecute = false })
                ?? throw CliException.Usage($"The editor '{editor}' did not start: set EDITOR, or give --body.");
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                throw new CliException(ExitCode.NotConfirmed, "The editor ended with an error. Nothing was changed.");
            }

            var edited = (await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false)).TrimEnd('\n', '\r');
            using var input = new MemoryStream(Encoding.UTF8.GetBytes(edited));
            return await BodyReader.ReadAsync("-", isJson, input, cancellationToken).ConfigureAwait(false);
        }
        catch (Win32Exception exception)
        {
            throw CliException.Usage($"The editor '{editor}' did not start: {exception.Message}. Set EDITOR, or give --body.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
