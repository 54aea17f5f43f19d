using Microsoft.AspNetCore.Http;

namespace Messaging.Serving;

/// <summary>Who is at the page, for the log.</summary>
internal static class Visitor
{
    public static string NameOf(HttpContext context) => context.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : "Somebody";
}
