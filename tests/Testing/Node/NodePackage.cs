using System.Diagnostics;

namespace Messaging.Testing.Node;

/// <summary>A folder with a <c>package.json</c> and its lock file: its packages are installed when a test first asks for them.</summary>
public static class NodePackage
{
    private static readonly SemaphoreSlim _installing = new(1, 1);

    /// <summary>Installs what the lock file names, unless that is there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task InstallAsync(string folder, CancellationToken cancellationToken)
    {
        await _installing.WaitAsync(cancellationToken);
        try
        {
            var installed = new FileInfo(Path.Combine(folder, "node_modules", ".package-lock.json"));
            if (installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json")))
            {
                return;
            }

            using var npm = Start("npm", folder, ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
            var output = Task.WhenAll(npm.StandardOutput.ReadToEndAsync(cancellationToken), npm.StandardError.ReadToEndAsync(cancellationToken));
            npm.StandardInput.Close();
            var text = string.Join('\n', await output);
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException($"'npm ci' failed in {folder} with {npm.ExitCode}:\n{text}");
            }

            // npm keeps the time of the lock file's own making.
            File.SetLastWriteTimeUtc(installed.FullName, TimeProvider.System.GetUtcNow().UtcDateTime);
        }
        finally
        {
            _installing.Release();
        }
    }

    /// <summary>Starts a program of Node's.</summary>
    /// <param name="program"><c>node</c> or <c>npm</c>.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="arguments">Its arguments.</param>
    public static Process Start(string program, string folder, IEnumerable<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException($"The tests need Node 18 or later with npm, and '{program}' can't be started ({exception.Message}): install them, or run ./test.sh, which does.", exception);
        }
    }
}
