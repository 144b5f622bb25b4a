"""Units of a line part company at their own site: renewed and not renewed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("licenses", "0015_lines_by_order")]

    operations = [
        migrations.AlterField(
            model_name="quantitymovement",
            name="reason",
            field=models.CharField(
                choices=[
                    ("acquisition", "acquired"),
                    ("transfer", "transferred"),
                    ("reversal", "reversed"),
                    ("correction", "corrected"),
                    ("split", "split"),
                ],
                max_length=12,
                verbose_name="reason",
            ),
        ),
    ]
