using System.Buffers;
using Messaging.Wire;
using Microsoft.AspNetCore.Http;

namespace Messaging.Http;

/// <summary>The headers that travel with calls, and those that handlers answer with: HTTP's with a prefix.</summary>
internal static class MessageHeaders
{
    public const string Prefix = "Msg-";

    // https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
    private static readonly SearchValues<char> _token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Reads those of a request, with names in lower case; null for none.</summary>
    /// <exception cref="HttpRefusedException">A name is empty, too long or the system's own.</exception>
    public static IReadOnlyDictionary<string, string>? Read(IHeaderDictionary headers)
    {
        Dictionary<string, string>? read = null;
        foreach (var (name, values) in headers)
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                read ??= new Dictionary<string, string>(StringComparer.Ordinal);
                read[name[Prefix.Length..].ToLowerInvariant()] = values.ToString();
            }
        }

        if (read is not null)
        {
            try
            {
                UserHeaders.Validate(read);
            }
            catch (ArgumentException exception)
            {
                throw new HttpRefusedException(StatusCodes.Status400BadRequest, StatusCode.InvalidArgument, $"Of the headers '{Prefix}…': {exception.Message}");
            }
        }

        return read;
    }

    /// <summary>Adds what a handler said beside its one reply or its failure; headers and trailers are the same then.</summary>
    public static void Add(IHeaderDictionary headers, ResponseMetadata handlers)
    {
        Add(headers, handlers.Headers);
        Add(headers, handlers.Trailers);
    }

    /// <summary>Adds a handler's headers, where they are known.</summary>
    public static void Add(IHeaderDictionary headers, Task<IReadOnlyDictionary<string, string>> handlers)
    {
        if (handlers.IsCompletedSuccessfully)
        {
            Add(headers, handlers.GetAwaiter().GetResult());
        }
    }

    /// <summary>
    /// Those of a handler's that HTTP can carry, with the prefix. A worker may answer several doors, so what this one
    /// can't carry is left out.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> Sendable(IReadOnlyDictionary<string, string> handlers)
    {
        if (handlers.Count == 0)
        {
            yield break;
        }

        foreach (var (name, value) in handlers)
        {
            if (name.Length > 0 && !name.AsSpan().ContainsAnyExcept(_token) && !value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                yield return new(Prefix + name, value);
            }
        }
    }

    private static void Add(IHeaderDictionary headers, IReadOnlyDictionary<string, string> handlers)
    {
        foreach (var (name, value) in Sendable(handlers))
        {
            headers[name] = value;
        }
    }
}
