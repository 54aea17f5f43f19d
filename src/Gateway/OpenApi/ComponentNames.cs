using System.Globalization;
using System.Text.Json.Nodes;

namespace Messaging.OpenApi;

/// <summary>Names that components of a document may have: https://spec.openapis.org/oas/v3.1.1#fixed-fields-5</summary>
internal static class ComponentNames
{
    /// <summary>A name that none of the components has.</summary>
    /// <param name="wanted">The name, which may hold any characters.</param>
    /// <param name="taken">The components.</param>
    public static string Create(string wanted, JsonObject taken)
    {
        var name = string.Create(wanted.Length, wanted, static (name, wanted) =>
        {
            for (var i = 0; i < name.Length; i++)
            {
                name[i] = char.IsAsciiLetterOrDigit(wanted[i]) || wanted[i] is '.' or '-' or '_' ? wanted[i] : '_';
            }
        });
        var unique = name;
        for (var number = 2; taken.ContainsKey(unique); number++)
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}.{number}");
        }

        return unique;
    }
}
