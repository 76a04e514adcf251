variable "bucket" {
  type = string
}

locals {
  # Followed from the policy "nightly" below.
  nightly = <<-EOT
    {
      "Version": "1",
      "Statement": [
        { "Effect": "Allow", "Action": "ecs:Stop Instances", "Resource": "*" }
      ]
    }
  EOT
}

resource "alicloud_ram_policy" "heredoc" {
  policy_name     = "heredoc"
  policy_document = <<EOF
  {
    "Statement": [
      {
        "Action": ["oss:GetObject"],
        "Effect": "Allow",
        "Resource": ["acs:oss:*:*:${var.bucket}/*", "acs:oss:${var.bucket["x"]}"]
      },
      {
        "Action": ["oss:ListObjects"],
        "Effect": "Permit",
        "Resource": ["acs:oss:*:*:${var.bucket}"]
      }
    ],
    "Version": "1"
  }
  EOF
}

resource "alicloud_ram_policy" "nightly" {
  policy_name     = "nightly"
  policy_document = local.nightly
}

resource "alicloud_ram_policy" "quoted" {
  policy_name     = "quoted"
  policy_document = "{\"Version\": \"1\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"oss\", \"Resource\": \"*\"}]}"
}

resource "alicloud_ram_policy" "encoded" {
  policy_name = "encoded"
  policy_document = jsonencode({
    Version = "1"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["log:PostLogStoreLogs", "log GetLogStore"]
        Resource = "acs:log:*:*:project/${var.project}/logstore/*"
        Condition = {
          IpAdress = { "acs:SourceIp" = var.office }
        }
      },
      {
        Effect   = "Deny"
        Action   = concat(["log:Delete*"], var.more)
        Resource = "*"
      },
    ]
  })
}

resource "alicloud_ram_role" "app" {
  role_name                   = "app"
  assume_role_policy_document = <<-EOF
    {
      "Version": "1",
      "Statement": [
        {
          "Action": "sts:AssumeRole",
          "Effect": "Allow",
          "Principal": { "Services": ["ecs.aliyuncs.com"] }
        }
      ]
    }
    EOF
}

resource "alicloud_ram_policy" "from_file" {
  policy_name     = "from_file"
  policy_document = file("${path.module}/policy.json")
}
