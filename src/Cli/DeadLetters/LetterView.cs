using System.Globalization;
using System.Text.Json.Nodes;
using Messaging.Cli.Output;
using Spectre.Console;

namespace Messaging.Cli.DeadLetters;

/// <summary>How dead letters are shown.</summary>
internal static class LetterView
{
    private const int ShownMessage = 60;

    public static string BodyText(DeadLetter letter) => letter.ContentEncoding is { } encoding
        ? string.Create(CultureInfo.InvariantCulture, $"({letter.Body.Length} bytes, {encoding})")
        : JsonText.TryIndent(letter.Body) ?? JsonText.ToText(letter.Body);

    public static Table Table(IEnumerable<DeadLetter> letters)
    {
        var table = CommandOutput.Table("message id", "method", "attempts", "last failure", "reason", "exception");
        foreach (var letter in letters)
        {
            var message = letter.ExceptionMessage ?? string.Empty;
            table.AddRow(CommandOutput.Row(
                letter.MessageId ?? "-",
                letter.Method ?? "-",
                letter.Attempts?.ToString(CultureInfo.InvariantCulture) ?? "-",
                letter.LastFailure?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "-",
                letter.Reason,
                letter.ExceptionType is null ? "-" : $"{letter.ExceptionType}: {(message.Length > ShownMessage ? message[..ShownMessage] + "…" : message)}"));
        }

        return table;
    }

    public static void Print(CommandOutput output, DeadLetter letter)
    {
        Line("message id", letter.MessageId);
        Line("method", $"{letter.Service}/{letter.Method}");
        Line("queue", letter.Queue);
        Line("reason", letter.Reason);
        Line("exception", letter.ExceptionType is null ? null : $"{letter.ExceptionType}: {letter.ExceptionMessage}");
        Line("attempts", letter.Attempts?.ToString(CultureInfo.InvariantCulture));
        Line("first failure", letter.FirstFailure?.ToString("O", CultureInfo.InvariantCulture));
        Line("last failure", letter.LastFailure?.ToString("O", CultureInfo.InvariantCulture));
        Line("worker", letter.Worker);
        foreach (var line in letter.History)
        {
            Line("before", line);
        }

        foreach (var (name, value) in letter.Headers)
        {
            Line("header", $"{name}: {value}");
        }

        Line("content type", letter.ContentType);
        output.Line(BodyText(letter));
        if (letter.StackTrace is { } trace)
        {
            output.Line(trace);
        }

        void Line(string name, string? value)
        {
            if (value is not null)
            {
                output.Line($"{name + ":",-15}{value}");
            }
        }
    }

    public static JsonObject ToJson(DeadLetter letter) => new()
    {
        ["service"] = letter.Service,
        ["messageId"] = letter.MessageId,
        ["method"] = letter.Method,
        ["queue"] = letter.Queue,
        ["reason"] = letter.Reason,
        ["exceptionType"] = letter.ExceptionType,
        ["exceptionMessage"] = letter.ExceptionMessage,
        ["attempts"] = letter.Attempts,
        ["firstFailure"] = letter.FirstFailure?.ToString("O", CultureInfo.InvariantCulture),
        ["lastFailure"] = letter.LastFailure?.ToString("O", CultureInfo.InvariantCulture),
        ["worker"] = letter.Worker,
        ["contentType"] = letter.ContentType,
        ["contentEncoding"] = letter.ContentEncoding,
        ["headers"] = Headers(letter.Headers),
        ["history"] = new JsonArray([.. letter.History.Select(static line => JsonValue.Create(line))]),
        ["stackTrace"] = letter.StackTrace,
        ["body"] = letter.ContentEncoding is null ? JsonText.ToNode(letter.Body) : JsonValue.Create(Convert.ToBase64String(letter.Body.Span)),
    };

    private static JsonObject Headers(IReadOnlyDictionary<string, string> headers)
    {
        var node = new JsonObject();
        foreach (var (name, value) in headers)
        {
            node[name] = value;
        }

        return node;
    }
}
