using System.CommandLine;
using Messaging.Cli.Hosting;
using Messaging.Cli.Output;

namespace Messaging.Cli.Completion;

/// <summary><c>messaging completion</c>: prints what a shell needs to complete the tool's command lines.</summary>
internal static class CompletionCommand
{
    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Prints a completion script, e.g. for ~/.bashrc: eval \"$(messaging completion bash)\".") { shell };
        command.Runs(async (session, cancellationToken) =>
        {
            await session.Output.Raw.WriteLineAsync(Script(session.Parsed.GetValue(shell)!).AsMemory(), cancellationToken).ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Script(string shell) => shell switch
    {
        "bash" => """
            _messaging_complete() {
                local IFS=$'\n' word="${COMP_WORDS[COMP_CWORD]}"
                COMPREPLY=($(compgen -W "$(messaging "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "$word"))
            }
            complete -o default -F _messaging_complete messaging
            """,
        "zsh" => """
            _messaging_complete() {
                local -a found
                found=("${(@f)$(messaging "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                compadd -- "${found[@]}"
            }
            compdef _messaging_complete messaging
            """,
        "fish" => """
            complete -f -c messaging -a '(messaging "[suggest:"(commandline -C)"]" (commandline -b | string collect) 2>/dev/null)'
            """,
        _ => """
            Register-ArgumentCompleter -Native -CommandName messaging -ScriptBlock {
                param($word, $line, $position)
                messaging "[suggest:$position]" "$line" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }
            """,
    };
}
