namespace Messaging.Wire;

/// <summary>What a call's handler says beside its reply: headers as they are, trailers behind a prefix, all on the one reply.</summary>
internal static class ReplyMetadata
{
    /// <summary>Adds a handler's headers and trailers to a reply's.</summary>
    /// <param name="system">What the system says of the reply; null for nothing.</param>
    /// <param name="headers">The handler's headers; null for none.</param>
    /// <param name="trailers">The handler's trailers; null for none.</param>
    /// <returns>All of them; null for none.</returns>
    public static Dictionary<string, object?>? Add(
        Dictionary<string, object?>? system, IReadOnlyDictionary<string, string>? headers, IReadOnlyDictionary<string, string>? trailers)
    {
        var all = system;
        foreach (var (name, value) in headers ?? _none)
        {
            if (!IsTaken(name))
            {
                (all ??= new Dictionary<string, object?>(StringComparer.Ordinal))[name] = value;
            }
        }

        foreach (var (name, value) in trailers ?? _none)
        {
            (all ??= new Dictionary<string, object?>(StringComparer.Ordinal))[WireNames.TrailerPrefix + name] = value;
        }

        return all;
    }

    /// <exception cref="ArgumentException">A name is reserved, empty or too long, or a value is null.</exception>
    public static void Validate(IReadOnlyDictionary<string, string>? headers, IReadOnlyDictionary<string, string>? trailers)
    {
        if (headers is not null)
        {
            UserHeaders.Validate(headers);
            foreach (var name in headers.Keys)
            {
                if (IsTaken(name))
                {
                    throw new ArgumentException($"The header name '{name}' starts with '{WireNames.TrailerPrefix}', which marks trailers: choose another one.", nameof(headers));
                }
            }
        }

        if (trailers is not null)
        {
            UserHeaders.Validate(trailers);
        }
    }

    /// <summary>Tells the headers from the trailers of a reply.</summary>
    public static void Read(IReadOnlyDictionary<string, object?>? reply, ResponseMetadata metadata)
    {
        var all = UserHeaders.Read(reply);
        if (all.Count == 0)
        {
            return;
        }

        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        var trailers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in all)
        {
            if (name.StartsWith(WireNames.TrailerPrefix, StringComparison.Ordinal))
            {
                trailers[name[WireNames.TrailerPrefix.Length..]] = value;
            }
            else
            {
                headers[name] = value;
            }
        }

        metadata.SetHeaders(headers);
        metadata.SetTrailers(trailers);
    }

    private static readonly Dictionary<string, string> _none = [];

    private static bool IsTaken(string name) => UserHeaders.IsReserved(name) || name.StartsWith(WireNames.TrailerPrefix, StringComparison.Ordinal);
}
