using Messaging.Wire;

namespace Messaging.Serving;

/// <summary>Finds what is wrong with headers that a person wrote.</summary>
internal static class HeaderErrors
{
    private const int MaxHeaders = 100;

    public static string? Find(IReadOnlyDictionary<string, string>? headers)
    {
        if (headers is null)
        {
            return null;
        }

        if (headers.Count > MaxHeaders)
        {
            return $"There are {headers.Count} headers: no more than {MaxHeaders} are taken here.";
        }

        try
        {
            UserHeaders.Validate(headers);
            return null;
        }
        catch (ArgumentException exception)
        {
            // Its message names the header and what to do; the parameter's name behind it means nothing at the page.
            return exception.Message.Split(" (Parameter")[0];
        }
    }
}
