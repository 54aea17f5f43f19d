using System.CommandLine;

namespace Messaging.Cli.Doctor;

internal static class DoctorCommand
{
    public static Command Create() => new("doctor", "x");
}
