using Microsoft.Extensions.Primitives;

namespace Messaging.Http;

/// <summary>The preferences of a request that mean something here: https://www.rfc-editor.org/rfc/rfc7240</summary>
/// <param name="RespondAsync">Whether the client would rather not wait for the work to be done.</param>
/// <param name="Wait">How many seconds it waits, as it was written; null where it doesn't say.</param>
internal readonly record struct PreferHeader(bool RespondAsync, string? Wait)
{
    public const string Name = "Prefer";
    public const string Applied = "Preference-Applied";
    public const string RespondAsyncToken = "respond-async";
    public const string WaitToken = "wait";

    /// <summary>Reads it. What is not known is ignored, as the standard asks for; of one that comes twice the first counts.</summary>
    public static PreferHeader Read(StringValues values)
    {
        var respondAsync = false;
        string? wait = null;
        foreach (var value in values)
        {
            var rest = value.AsSpan();
            while (!rest.IsEmpty)
            {
                var preference = Take(ref rest);

                // Parameters of a preference stand behind a semicolon; those that are known here have none.
                var end = preference.IndexOf(';');
                preference = (end < 0 ? preference : preference[..end]).Trim();
                var equals = preference.IndexOf('=');
                var name = equals < 0 ? preference : preference[..equals].TrimEnd();
                if (name.Equals(RespondAsyncToken, StringComparison.OrdinalIgnoreCase))
                {
                    respondAsync = true;
                }
                else if (wait is null && name.Equals(WaitToken, StringComparison.OrdinalIgnoreCase))
                {
                    wait = equals < 0 ? string.Empty : preference[(equals + 1)..].Trim().Trim('"').ToString();
                }
            }
        }

        return new PreferHeader(respondAsync, wait);
    }

    // Commas separate, but for those within quotes.
    private static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> rest)
    {
        var quoted = false;
        for (var i = 0; i < rest.Length; i++)
        {
            switch (rest[i])
            {
                case '"':
                    quoted = !quoted;
                    break;
                case '\\' when quoted:
                    i++;
                    break;
                case ',' when !quoted:
                    var taken = rest[..i];
                    rest = rest[(i + 1)..];
                    return taken;
            }
        }

        var all = rest;
        rest = default;
        return all;
    }
}
