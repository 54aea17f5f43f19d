using System.CommandLine;
using System.Diagnostics;
using Messaging.Cli.Hosting;
using Messaging.Cli.Output;
using Messaging.Serialization;

namespace Messaging.Cli.Calling;

/// <summary><c>messaging call</c>: calls an operation of any kind but a command.</summary>
internal static class CallCommand
{
    public static Command Create()
    {
        var body = new Argument<string?>("body") { Description = "The request as JSON, @file, or - for the standard input. Default: {}. Streams of requests take one JSON value a line from the standard input.", Arity = ArgumentArity.ZeroOrOne };
        var headers = HeaderOption.Create();
        var contentType = new Option<string?>("--content-type") { Description = "The content type. Default: the operation's JSON, else its first." };
        var command = new Command("call", "Calls an operation and prints its reply; of a stream each item as it comes.") { Target.Argument, body, headers, contentType };
        command.Runs(async (session, cancellationToken) =>
        {
            var parsed = session.Parsed;
            var target = Target.Parse(parsed.GetValue(Target.Argument)!);
            var options = Options(session, HeaderOption.Read(parsed.GetValue(headers)));
            var argument = parsed.GetValue(body);

            // What is wrong here needs no broker to be told.
            var early = argument is not null and not "-" && parsed.GetValue(contentType) is null
                ? await BodyReader.ReadAsync(argument, isJson: !argument.StartsWith('@'), Stream.Null, cancellationToken).ConfigureAwait(false)
                : (ReadOnlyMemory<byte>?)null;
            await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var found = await OperationFinder.FindAsync(session, target, parsed.GetValue(contentType), cancellationToken).ConfigureAwait(false);
            var input = Console.OpenStandardInput();
            if (found.Description.Kind is OperationKind.RequestStream or OperationKind.DuplexStream)
            {
                if (argument is not null and not "-")
                {
                    throw CliException.Usage($"{target} takes a stream of requests: give one JSON value a line on the standard input, and no body.");
                }

                return await StreamUpAsync(session, found, options, input, cancellationToken).ConfigureAwait(false);
            }

            if (found.Description.Kind == OperationKind.Command)
            {
                throw CliException.Usage($"{target} is a command, which has no reply: use 'messaging send {target}'.");
            }

            var request = new RawPayload(early ?? await BodyReader.ReadAsync(argument, found.IsJson, input, cancellationToken).ConfigureAwait(false));
            return found.Description.Kind == OperationKind.ReplyStream
                ? await PrintItemsAsync(session, session.Invoker.StreamAsync(found.Operation, request, options, cancellationToken), options).ConfigureAwait(false)
                : await CallAsync(session, found, request, options, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static CallOptions Options(CommandSession session, IReadOnlyDictionary<string, string>? headers)
    {
        try
        {
            return new CallOptions { Timeout = session.Timeout, Headers = headers, Response = new ResponseMetadata() };
        }
        catch (ArgumentOutOfRangeException)
        {
            throw CliException.Usage($"--timeout is over {CallOptions.MaxTimeout.TotalDays:0} days, the longest that a call may take.");
        }
    }

    private static async Task<int> CallAsync(CommandSession session, FoundOperation found, RawPayload request, CallOptions options, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var reply = await RefusedAsUsageAsync(() => session.Invoker.CallAsync(found.Operation, request, options, cancellationToken)).ConfigureAwait(false);
        await PrintMetadataAsync(session, options, Stopwatch.GetElapsedTime(start)).ConfigureAwait(false);
        PrintBody(session.Output, reply.Body, onOneLine: session.Output.Json);
        return ExitCode.Ok;
    }

    private static async Task<int> StreamUpAsync(CommandSession session, FoundOperation found, CallOptions options, Stream input, CancellationToken cancellationToken)
    {
        // The requester ends the reading when the stream ends; what was wrong with a line is what the user has to know.
        CliException? refused = null;
        var items = ItemsAsync(cancellationToken);
        try
        {
            if (found.Description.Kind == OperationKind.DuplexStream)
            {
                return await PrintItemsAsync(session, session.Invoker.ExchangeAsync(found.Operation, items, options, cancellationToken), options).ConfigureAwait(false);
            }

            var start = Stopwatch.GetTimestamp();
            var reply = await session.Invoker.UploadAsync(found.Operation, items, options, cancellationToken).ConfigureAwait(false);
            await PrintMetadataAsync(session, options, Stopwatch.GetElapsedTime(start)).ConfigureAwait(false);
            PrintBody(session.Output, reply.Body, onOneLine: session.Output.Json);
            return ExitCode.Ok;
        }
        catch (RpcException) when (refused is not null)
        {
            throw refused;
        }

        async IAsyncEnumerable<RawPayload> ItemsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
        {
            var lines = BodyReader.ReadLinesAsync(input, token).GetAsyncEnumerator(token);
            await using (lines.ConfigureAwait(false))
            {
                while (await NextAsync(lines).ConfigureAwait(false))
                {
                    yield return new RawPayload(lines.Current);
                }
            }
        }

        async ValueTask<bool> NextAsync(IAsyncEnumerator<ReadOnlyMemory<byte>> lines)
        {
            try
            {
                return await lines.MoveNextAsync().ConfigureAwait(false);
            }
            catch (CliException exception)
            {
                refused = exception;
                throw;
            }
        }
    }

    private static async Task<int> PrintItemsAsync(CommandSession session, IAsyncEnumerable<RawPayload> items, CallOptions options)
    {
        var start = Stopwatch.GetTimestamp();
        await foreach (var item in items.ConfigureAwait(false))
        {
            PrintBody(session.Output, item.Body, onOneLine: true);
            await session.Output.Raw.FlushAsync().ConfigureAwait(false);
        }

        await PrintMetadataAsync(session, options, Stopwatch.GetElapsedTime(start)).ConfigureAwait(false);
        return ExitCode.Ok;
    }

    private static async Task<T> RefusedAsUsageAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (ArgumentException exception)
        {
            // A header with a reserved name.
            throw CliException.Usage(exception.Message);
        }
    }

    private static void PrintBody(CommandOutput output, ReadOnlyMemory<byte> body, bool onOneLine)
    {
        if (output.Json)
        {
            output.Raw.WriteLine(body.IsEmpty ? "null" : JsonText.TryCompact(body) ?? JsonText.OneLine(JsonText.ToNode(body)!));
        }
        else if (!body.IsEmpty)
        {
            output.Line((onOneLine ? JsonText.TryCompact(body) : JsonText.TryIndent(body)) ?? JsonText.ToText(body));
        }
    }

    private static async Task PrintMetadataAsync(CommandSession session, CallOptions options, TimeSpan took)
    {
        if (!session.Verbose)
        {
            return;
        }

        // The result alone goes to the standard output, whatever else is asked for.
        foreach (var (name, value) in await options.Response!.Headers.ConfigureAwait(false))
        {
            session.Output.Note($"< {name}: {value}");
        }

        foreach (var (name, value) in options.Response.Trailers)
        {
            session.Output.Note($"< trailer {name}: {value}");
        }

        session.Output.Note($"< OK after {Durations.Show(took)}");
    }
}
