using Messaging.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Messaging.Hosting;

/// <summary>Answers what is not a POST: nothing else ever runs an operation.</summary>
internal static class OtherMethods
{
    private const string Allowed = "OPTIONS, POST";

    // What proxies and frameworks take for the method that is really meant.
    private static readonly string[] _overrides = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];

    /// <summary>The method that a request means: its own, or another one that a POST names in a header.</summary>
    public static string MeantBy(HttpRequest request)
    {
        foreach (var name in _overrides)
        {
            if (request.Headers.TryGetValue(name, out var meant) && !HttpMethods.IsPost(meant.ToString()))
            {
                return $"{request.Method} ({name}: {meant})";
            }
        }

        return request.Method;
    }

    /// <summary>Says which methods there are: the answer to OPTIONS.</summary>
    public static Task TellAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.Allow = Allowed;
        return Task.CompletedTask;
    }

    /// <summary>Refuses any other method.</summary>
    public static Task RefuseAsync(HttpContext context) => RefuseAsync(context, context.Request.Method);

    /// <summary>Refuses any other method.</summary>
    public static Task RefuseAsync(HttpContext context, string meant) => HttpDoor.FailAsync(
        context,
        new HttpRefusedException(
            StatusCodes.Status405MethodNotAllowed,
            StatusCode.Unimplemented,
            $"The request's method is {meant}: operations are run by {HttpMethods.Post} alone.")
        {
            Header = new("Allow", Allowed),
        });

    /// <summary>Marks the endpoint that takes every method, so that it takes only what nothing else does.</summary>
    internal sealed class Mark;

    /// <summary>
    /// An application's own page may have a path of two segments, and its fallback any. Routing has no order that is
    /// behind a fallback's: so the marked endpoint steps back where another one matches.
    /// </summary>
    internal sealed class Policy : MatcherPolicy, IEndpointSelectorPolicy
    {
        // After the policies that sort out what doesn't match.
        public override int Order => int.MaxValue;

        public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(IsMarked);

        public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
        {
            var others = false;
            for (var i = 0; i < candidates.Count; i++)
            {
                others |= candidates.IsValidCandidate(i) && !IsMarked(candidates[i].Endpoint);
            }

            for (var i = 0; others && i < candidates.Count; i++)
            {
                if (IsMarked(candidates[i].Endpoint))
                {
                    candidates.SetValidity(i, value: false);
                }
            }

            return Task.CompletedTask;
        }

        private static bool IsMarked(Endpoint endpoint) => endpoint.Metadata.GetMetadata<Mark>() is not null;
    }
}
