using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Messaging.Cli.Calling;
using Messaging.Cli.Hosting;
using Messaging.Cli.Output;

namespace Messaging.Cli.DeadLetters;

/// <summary><c>messaging dead</c>: the commands that failed for good.</summary>
internal static class DeadCommand
{
    private static readonly Argument<string> _service = new("service") { Description = "The service." };

    private static readonly Option<bool> _yes = new("--yes", "-y") { Description = "Don't ask." };

    public static Command Create() => new("dead", "Lists, shows, repairs, replays and purges commands that failed for good.")
    {
        CreateList(), CreateShow(), EditCommand.Create(_service, _yes), CreateReplay(), CreatePurge(),
    };

    private static Command CreateList()
    {
        var limit = new Option<int>("--limit") { Description = "How many of the oldest letters to look at.", DefaultValueFactory = static _ => 100 };
        var command = new Command("list", "Lists dead letters, the oldest first.") { _service, LetterFilter.IdOption, LetterFilter.MethodOption, LetterFilter.SearchOption, limit };
        command.Runs(async (session, cancellationToken) =>
        {
            var service = Target.CheckService(session.Parsed.GetValue(_service)!);
            var filter = LetterFilter.From(session.Parsed);
            var looked = session.Parsed.GetValue(limit) is > 0 and var given ? given : throw CliException.Usage("--limit is less than 1: look at 1 or more.");
            await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var all = await session.DeadLetters.CountAsync(service, cancellationToken).ConfigureAwait(false);
            var letters = (await session.DeadLetters.ListAsync(service, looked, cancellationToken).ConfigureAwait(false)).Where(filter.Takes).ToList();
            if (session.Output.Json)
            {
                session.Output.Document(new JsonObject { ["service"] = service, ["count"] = all, ["letters"] = new JsonArray([.. letters.Select(LetterView.ToJson)]) });
            }
            else
            {
                if (letters.Count > 0)
                {
                    session.Output.Tables.Write(LetterView.Table(letters));
                }

                session.Output.Line(string.Create(CultureInfo.InvariantCulture, $"{letters.Count} shown of {all} in {service}.dead"));
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateShow()
    {
        var command = new Command("show", "Shows dead letters whole: the body, the headers, why each is there.") { _service, LetterFilter.IdOption, LetterFilter.MethodOption, LetterFilter.SearchOption, LetterFilter.AllOption };
        command.Runs(async (session, cancellationToken) =>
        {
            var service = Target.CheckService(session.Parsed.GetValue(_service)!);
            var filter = LetterFilter.From(session.Parsed);
            filter.RequireChoice();
            await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var letters = await FindAsync(session, service, filter, cancellationToken).ConfigureAwait(false);
            foreach (var letter in letters)
            {
                if (session.Output.Json)
                {
                    session.Output.Document(LetterView.ToJson(letter));
                }
                else
                {
                    LetterView.Print(session.Output, letter);
                    session.Output.Line();
                }
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static Command CreateReplay() => CreateChange(
        "replay",
        "Puts dead letters back into the queues that they came from.",
        "replayed",
        asks: static filter => filter.All,
        static (session, service, filter, token) => session.DeadLetters.ReplayAsync(service, filter.Takes, edit: null, token));

    private static Command CreatePurge() => CreateChange(
        "purge",
        "Deletes dead letters for good.",
        "purged",
        asks: static _ => true,
        static (session, service, filter, token) => session.DeadLetters.PurgeAsync(service, filter.Takes, token));

    private static Command CreateChange(
        string name,
        string description,
        string done,
        Func<LetterFilter, bool> asks,
        Func<CommandSession, string, LetterFilter, CancellationToken, Task<long>> change)
    {
        var command = new Command(name, description) { _service, LetterFilter.IdOption, LetterFilter.MethodOption, LetterFilter.SearchOption, LetterFilter.AllOption, _yes };
        command.Runs(async (session, cancellationToken) =>
        {
            var service = Target.CheckService(session.Parsed.GetValue(_service)!);
            var filter = LetterFilter.From(session.Parsed);
            filter.RequireChoice();
            await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
            if (asks(filter))
            {
                var count = await session.DeadLetters.CountAsync(service, cancellationToken).ConfigureAwait(false);
                Confirmation.Require(session.Output, session.Parsed.GetValue(_yes), string.Create(
                    CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(name[0])}{name[1..]} {filter} of the {count} dead letters of '{service}'?"));
            }

            var changed = await change(session, service, filter, cancellationToken).ConfigureAwait(false);
            if (session.Output.Json)
            {
                session.Output.Document(new JsonObject { ["service"] = service, [done] = changed });
            }
            else
            {
                session.Output.Line(string.Create(CultureInfo.InvariantCulture, $"{changed} {done}"));
            }

            return changed > 0 || filter.All ? ExitCode.Ok : throw NotFound(service, filter);
        });
        return command;
    }

    /// <exception cref="CliException">There is none.</exception>
    public static async Task<List<DeadLetter>> FindAsync(CommandSession session, string service, LetterFilter filter, CancellationToken cancellationToken)
    {
        var letters = (await session.DeadLetters.ListAsync(service, int.MaxValue, cancellationToken).ConfigureAwait(false)).Where(filter.Takes).ToList();
        return letters.Count > 0 || filter.All ? letters : throw NotFound(service, filter);
    }

    private static CliException NotFound(string service, LetterFilter filter) =>
        new(ExitCode.Failed, $"No dead letter of '{service}' is meant by {filter}. 'messaging dead list {service}' lists them.");
}
